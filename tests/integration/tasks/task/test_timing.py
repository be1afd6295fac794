"""Where a task stands against its deadline, in SQL: the same cases as in Python."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import DateTime, String, column, select, values
from tests.integration.tasks.conftest import Service

from sixclear.tasks.task import timing

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[3] / "cases" / "overdue.json").read_text(encoding="utf-8")
)
NAMED = values(
    column("name", String),
    column("status", String),
    column("kind", String),
    column("deadline", DateTime(timezone=True)),
    column("now", DateTime(timezone=True)),
    name="named",
)


@pytest.mark.asyncio
async def test_sql_says_of_each_case_what_python_says(service: Service) -> None:
    known = NAMED.data(
        [
            (case["case"], case["status"], case["kind"], _at(case, "current_deadline"), _at(case, "now"))
            for case in CASES
        ]
    )
    columns = known.c.status, known.c.kind, known.c.deadline, known.c.now
    statement = select(known.c.name, timing.is_overdue_in_sql(*columns), timing.bucket_in_sql(*columns))
    async with service.database.transaction() as session:
        said = {name: (bool(overdue), bucket) for name, overdue, bucket in await session.execute(statement)}
    assert said == {case["case"]: (case["overdue"], case["bucket"]) for case in CASES}


def _at(case: dict[str, Any], name: str) -> datetime | None:
    return datetime.fromisoformat(case[name]) if case[name] else None
