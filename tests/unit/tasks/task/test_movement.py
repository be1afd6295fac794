"""A task is without movement from the filing on that says it, until a report on it is of later."""

from datetime import UTC, datetime, timedelta

from tests.unit.tasks.conftest import a_task

from sixclear.tasks.task.movement import is_unmoved, stand_still

AT = datetime(2026, 5, 4, tzinfo=UTC)


def test_a_report_of_that_time_or_later_says_that_it_moves() -> None:
    assert not is_unmoved(None, None)
    assert is_unmoved(AT, None)
    assert is_unmoved(AT, AT - timedelta(days=1))
    assert not is_unmoved(AT, AT)


def test_it_is_noted_once_of_a_task_that_is_worked_on() -> None:
    change = stand_still(a_task(status="in_progress"), None, AT)
    assert change is not None
    assert (change.name, change.fields) == ("stood_still", {"unmoved_at": AT})
    assert stand_still(a_task(status="in_progress"), AT, AT) is None
    assert stand_still(a_task(status="submitted"), None, AT) is None
