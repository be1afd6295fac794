"""What is asked for, until when it is decided, and what comes late."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.unit.tasks.conftest import NOW, a_task

from sixclear.common.change import TransitionNotAllowed
from sixclear.tasks.decision.errors import DecisionValueWrong
from sixclear.tasks.decision.lifecycle import Value, check_value, decide_by, effect, is_late


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
    for kind, value in (("extension", Value()), ("cancellation", Value(NOW))):
        with pytest.raises(DecisionValueWrong):
            check_value(kind, value)
