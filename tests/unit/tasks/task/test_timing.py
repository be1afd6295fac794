"""Where a task stands against its deadline, in Python; the integration test of this name asks SQL the same."""

import pytest
from tests.cases import task_handed_in
from tests.cases.task_bucket import AT, CASES, TaskBucketCase
from tests.cases.timing import CASES as TIMING
from tests.cases.timing import TimingCase
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


@pytest.mark.parametrize("case", TIMING, ids=lambda case: case.title)
def test_a_task_stands_to_its_deadlines_as_the_table_says(case: TimingCase) -> None:
    task = a_task(
        status={"open": "in_progress"}.get(case.state, case.state),
        current_deadline=case.deadline,
        submitted_at=case.submitted_at,
        expected_on=case.expected_on,
        percent=case.percent,
    )
    found = timing.standing(task, case.original_deadline, case.percent, case.at)
    assert found is not None
    assert (found.standing, found.original, found.waits_since) == (case.standing, case.original, case.waits_since)
    if case.expected_on is None and case.percent == 0:
        word = {"overdue": "overdue", "at_risk": "near", "due_soon": "soon"}.get(case.standing or "")
        assert case.state != "open" or timing.turned(task, case.at) == word


@pytest.mark.parametrize("changes", [{"kind": "recurring"}, {"status": "proposed"}, {"status": "cancelled"}])
def test_a_task_that_no_deadline_judges_stands_nowhere(changes: dict[str, str]) -> None:
    assert timing.standing(a_task(**changes), AT, 0, AT) is None
    assert timing.turned(a_task(**changes), AT) is None


def test_the_cases_have_every_open_status_after_its_deadline() -> None:
    assert {case.status for case in CASES if case.bucket == "overdue"} == OPEN_STATUSES
