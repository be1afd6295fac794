"""What is searched for is found in an index, whatever signs and blanks are typed."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import InstrumentedAttribute

from sixclear.common.folded_columns import found_in
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.data_catalog.element.models import Element
from sixclear.data_catalog.entry.models import Entry
from sixclear.tasks.task.models import Task


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("package", "column"),
    [
        ("sixclear.tasks", Task.search_text),
        ("sixclear.data_catalog", Entry.search_text),
        ("sixclear.data_catalog", Element.search_text),
    ],
)
@pytest.mark.parametrize(
    ("query", "index"),
    [("123 QĐ TTg", "_search_compact"), ("kĩ thuật số", "_search_compact"), ("tphcm", "_search_compact")],
)
async def test_a_search_that_passes_over_signs_reads_an_index(
    clone_database: CloneDatabase, package: str, column: InstrumentedAttribute[str], query: str, index: str
) -> None:
    statement = select(column).where(found_in(column, query))
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    written = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})).replace("%%", "%")
    engine = create_async_engine(await clone_database(package))
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SET enable_seqscan = off"))
            plan = (await connection.exec_driver_sql(f"EXPLAIN {written}")).scalars().all()
    finally:
        await engine.dispose()
    assert any(f"ix_{column.class_.__tablename__}{index}" in line for line in plan), plan
