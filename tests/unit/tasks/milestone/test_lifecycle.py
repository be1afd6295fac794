"""The reached share of a plan, and what a milestone lets itself be told."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from sixclear.common.change import TransitionNotAllowed
from sixclear.tasks.milestone.lifecycle import (
    MilestoneState,
    after_pause,
    ends,
    hold_again,
    lapse,
    move,
    reach,
    reached,
)

DAY = datetime(2026, 5, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("weights", "percent"),
    [
        ([], None),
        ([(1, False)], 0.0),
        ([(1, True), (2, False)], 33.33),
        ([(2, True), (1, False)], 66.67),
        ([(1, True), (7, False)], 12.5),
        ([(1, True), (199, False)], 0.5),
        ([(100, True), (100, True)], 100.0),
    ],
)
def test_the_share_is_that_of_the_weights_half_up(weights: list[tuple[int, bool]], percent: float | None) -> None:
    assert reached(weights).percent == percent


def test_a_reached_milestone_neither_moves_nor_is_reached_again() -> None:
    done = MilestoneState(DAY, DAY)
    with pytest.raises(TransitionNotAllowed):
        move(done, DAY)
    with pytest.raises(TransitionNotAllowed):
        reach(done, DAY, uuid4())


def test_only_what_is_open_lapses_and_only_what_lapsed_holds_again() -> None:
    lapsed = MilestoneState(DAY, None, DAY)
    for state in (MilestoneState(DAY, DAY), lapsed):
        with pytest.raises(TransitionNotAllowed):
            lapse(state, DAY)
    with pytest.raises(TransitionNotAllowed):
        move(lapsed, DAY)
    with pytest.raises(TransitionNotAllowed):
        reach(lapsed, DAY, uuid4())
    for state in (MilestoneState(DAY, DAY), MilestoneState(DAY, None)):
        with pytest.raises(TransitionNotAllowed):
            hold_again(state, {})
    assert hold_again(lapsed, {"programme": "plan"}).fields == {"lapsed_at": None, "programme": "plan"}


def test_a_task_ends_by_its_status_and_not_by_what_is_said_of_it_afterwards() -> None:
    assert ends("completed", {"status": "completed"})
    assert ends("cancelled", {"status": "cancelled"})
    assert not ends("paused", {"status": "paused"})
    assert not ends("completed", {"classification": "public"})


def days(count: int, hours: int = 0) -> datetime:
    """So long after the first of May at 17:00."""
    return DAY + timedelta(days=count, hours=hours)


@pytest.mark.parametrize(
    ("due", "resumed", "holds", "later"),
    [
        (days(3), days(20, -5), None, days(23)),
        (days(3), days(20, -5), days(21), days(21)),
        (days(0), days(0, 6), None, days(1)),
        (days(3), days(4), days(-9), days(7)),
        (days(-1), days(20), None, None),
        (days(21), days(20), None, None),
    ],
    ids=["as many days", "with its task", "on the same day", "its task was late before", "late before", "to come"],
)
def test_what_was_due_in_a_pause_is_due_as_many_days_later(
    due: datetime, resumed: datetime, holds: datetime | None, later: datetime | None
) -> None:
    assert after_pause(due, DAY, resumed, holds) == later
