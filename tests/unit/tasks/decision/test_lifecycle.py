"""What is asked for, until when it is decided, and what comes late."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.unit.tasks.conftest import NOW, a_task

from sixclear.common.change import TransitionNotAllowed
from sixclear.tasks.decision.effects import Value, check_value, effect
from sixclear.tasks.decision.errors import DecisionValueWrong
from sixclear.tasks.decision.lifecycle import decide_by, is_late
from sixclear.tasks.task.lifecycle import missing_clears
from sixclear.tasks.task.timing import bucket


def test_a_request_is_decided_by_the_close_of_a_working_day() -> None:
    friday = datetime(2025, 12, 5, 3, 0, tzinfo=UTC)
    assert decide_by(friday, 1) == datetime(2025, 12, 8, 10, 0, tzinfo=UTC), "17:00 on Monday"
    before_tet = datetime(2026, 2, 13, 3, 0, tzinfo=UTC)
    assert decide_by(before_tet, 1) == datetime(2026, 2, 23, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "notice", "late"),
    [
        (timedelta(), 0, False),
        (timedelta(seconds=-1), 0, True),
        (timedelta(days=30), 30, False),
        (timedelta(days=30, seconds=-1), 30, True),
    ],
)
def test_an_extension_is_late_after_the_deadline_or_with_less_notice(
    before: timedelta, notice: int, late: bool
) -> None:
    assert is_late("extension", NOW, NOW - before, notice) is late
    assert not is_late("cancellation", NOW, NOW + timedelta(days=9), notice)


@pytest.mark.parametrize("status", ["draft", "proposed", "completed", "cancelled"])
@pytest.mark.parametrize("kind", ["extension", "cancellation"])
def test_what_is_not_open_is_neither_extended_nor_cancelled(status: str, kind: str) -> None:
    with pytest.raises(TransitionNotAllowed):
        effect(kind, a_task(status=status), Value(NOW + timedelta(days=90)), NOW)


def test_a_kind_has_its_own_value() -> None:
    wrong = ("extension", Value()), ("cancellation", Value(NOW)), ("transfer", Value(NOW)), ("resume", Value())
    for kind, value in wrong:
        with pytest.raises(DecisionValueWrong):
            check_value(kind, a_task().kind, value)
    check_value("resume", "recurring", Value())


@pytest.mark.parametrize("status", ["assigned", "in_progress", "returned"])
@pytest.mark.parametrize(
    ("deadline", "found"),
    [(NOW + timedelta(days=1), "in_term"), (NOW, "in_term"), (NOW - timedelta(days=1), "overdue")],
)
def test_a_pause_keeps_the_bucket_that_it_finds_and_a_resume_the_status(
    status: str, deadline: datetime, found: str
) -> None:
    task = a_task(status=status, current_deadline=deadline)
    assert bucket(task, NOW) == found
    paused = task.changed(effect("pause", task, Value(), NOW).fields)
    for days in (0, 1, 2, 400):
        assert bucket(paused, NOW + timedelta(days=days)) == found
    assert missing_clears(paused) == []
    then = NOW + timedelta(days=30)
    resumed = paused.changed(effect("resume", paused, Value(then), NOW + timedelta(days=9)).fields)
    assert (resumed.status, resumed.current_deadline, resumed.paused_since) == (status, then, None)
    assert bucket(resumed, then + timedelta(seconds=1)) == "overdue"


def test_what_waits_for_confirmation_or_is_paused_is_not_paused() -> None:
    for status in ("submitted", "paused", "completed"):
        with pytest.raises(TransitionNotAllowed):
            effect("pause", a_task(status=status), Value(), NOW)
    with pytest.raises(TransitionNotAllowed):
        effect("extension", a_task(status="paused"), Value(NOW + timedelta(days=90)), NOW)
