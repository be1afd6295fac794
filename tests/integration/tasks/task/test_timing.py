"""Where a task stands against its deadline, in SQL: the same cases as in Python."""

import pytest
from sqlalchemy import DateTime, String, column, select, values
from tests.cases.task_bucket import AT, CASES
from tests.integration.tasks.conftest import Service

from sixclear.tasks.task import timing

NAMED = values(
    column("title", String),
    column("status", String),
    column("kind", String),
    column("deadline", DateTime(timezone=True)),
    name="named",
)


@pytest.mark.asyncio
async def test_sql_says_of_each_case_what_python_says(service: Service) -> None:
    known = NAMED.data([(case.title, case.status, case.kind, case.deadline) for case in CASES])
    columns = known.c.status, known.c.kind, known.c.deadline
    statement = select(known.c.title, timing.is_overdue_in_sql(*columns, AT), timing.bucket_in_sql(*columns, AT))
    async with service.database.transaction() as session:
        said = {title: (bool(overdue), bucket) for title, overdue, bucket in await session.execute(statement)}
    assert said == {case.title: (case.bucket == "overdue", case.bucket) for case in CASES}
