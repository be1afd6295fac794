"""Where a task stands against its deadline, in SQL: the same cases as in Python."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Date, DateTime, String, column, select, values
from tests.cases.task_bucket import AT, CASES
from tests.integration.tasks.conftest import Service
from tests.unit.tasks.conftest import a_task

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


# Both sides of the civil midnight, which is at 17:00 UTC.
_DEADLINES = [datetime(2025, 12, 14, 17, tzinfo=UTC) + timedelta(microseconds=n) for n in (-1, 0)]
_EXPECTED = [date(2025, 12, day) for day in (10, 14, 19, 20, 21)]
_STATUSES = ("assigned", "in_progress", "returned", "submitted", "paused", "completed", "cancelled", "proposed")
_SLIPS = values(
    column("status", String),
    column("expected_on", Date),
    column("deadline", DateTime(timezone=True)),
    name="slips",
)


@pytest.mark.asyncio
@pytest.mark.parametrize("days", [-3650, -4, 0, 5, 6, 3650])
async def test_sql_finds_the_tasks_that_slip_as_python_does(service: Service, days: int) -> None:
    cases = [
        (status, expected_on, deadline)
        for status in _STATUSES
        for expected_on in (*_EXPECTED, None)
        for deadline in (*_DEADLINES, None)
    ]
    known = _SLIPS.data(cases)
    slips = timing.slips_in_sql(known.c.status, known.c.expected_on, known.c.deadline, days)
    async with service.database.transaction() as session:
        said = {tuple(row[:3]): bool(row[3]) for row in await session.execute(select(*known.c, slips))}
    for status, expected_on, deadline in cases:
        found = timing.slip_days(a_task(status=status, expected_on=expected_on, current_deadline=deadline))
        assert said[status, expected_on, deadline] == (found is not None and found >= days)
