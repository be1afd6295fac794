"""The migrations of a service make the tables that its folders describe, and no others."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from sixclear.common.testing.postgres import CloneDatabase


@pytest.mark.asyncio
@pytest.mark.parametrize("package", ["sixclear.tasks", "sixclear.feedback", "sixclear.data_catalog"])
async def test_the_tables_of_all_folders_are_those_that_migrations_make(
    clone_database: CloneDatabase, package: str
) -> None:
    tables = import_module(f"{package}.tables")
    for path in Path(str(tables.__file__)).parent.glob("*/models.py"):
        import_module(f"{package}.{path.parent.name}.models")
    metadata = tables.Base.metadata
    assert len(metadata.tables) > 3, "nothing was compared"

    def differences(connection: Connection) -> list[Any]:
        def own(_obj: Any, name: str | None, kind: str, reflected: bool, _compare_to: Any) -> bool:
            return not (kind == "table" and reflected and name not in metadata.tables)

        context = MigrationContext.configure(connection, opts={"include_object": own, "compare_type": True})
        return list(compare_metadata(context, metadata))

    engine = create_async_engine(await clone_database(package))
    try:
        async with engine.connect() as connection:
            assert await connection.run_sync(differences) == []
    finally:
        await engine.dispose()
