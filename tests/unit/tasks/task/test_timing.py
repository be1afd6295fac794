"""Where a task stands against its deadline, in Python; the integration test of this name asks SQL the same."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.unit.tasks.conftest import a_task

from sixclear.tasks.task import timing
from sixclear.tasks.task.lifecycle import OPEN_STATUSES

CASES = json.loads((Path(__file__).parents[3] / "cases" / "overdue.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_a_task_stands_in_one_bucket(case: dict[str, Any]) -> None:
    deadline = datetime.fromisoformat(case["current_deadline"]) if case["current_deadline"] else None
    task = a_task(status=case["status"], kind=case["kind"], current_deadline=deadline)
    now = datetime.fromisoformat(case["now"])
    assert timing.bucket(task, now) == case["bucket"]
    assert timing.is_overdue(task, now) == case["overdue"]


def test_the_cases_have_every_open_status_after_its_deadline() -> None:
    assert {case["status"] for case in CASES if case["overdue"]} == OPEN_STATUSES
