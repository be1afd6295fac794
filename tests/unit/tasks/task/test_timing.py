"""Where a task stands against its deadline, in Python; the integration test of this name asks SQL the same."""

import pytest
from tests.cases import task_handed_in
from tests.cases.task_bucket import AT, CASES, TaskBucketCase
from tests.unit.tasks.conftest import a_task

from sixclear.tasks.task import timing
from sixclear.tasks.task.lifecycle import OPEN_STATUSES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_a_task_stands_in_one_bucket(case: TaskBucketCase) -> None:
    task = a_task(status=case.status, kind=case.kind, current_deadline=case.deadline)
    assert timing.bucket(task, AT) == case.bucket
    assert timing.is_overdue(task, AT) == (case.bucket == "overdue")


@pytest.mark.parametrize("case", task_handed_in.CASES, ids=lambda case: case.title)
def test_a_submission_was_in_time_or_not(case: task_handed_in.TaskHandedInCase) -> None:
    task = a_task(status=case.status, submitted_at=case.submitted_at, current_deadline=case.deadline)
    expected = {"on_time": True, "late": False}.get(case.handed_in or "")
    assert timing.handed_in_on_time(task) == expected


def test_the_cases_have_every_open_status_after_its_deadline() -> None:
    assert {case.status for case in CASES if case.bucket == "overdue"} == OPEN_STATUSES
