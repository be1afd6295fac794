"""The reached share of a plan, and what a milestone lets itself be told."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from sixclear.common.change import TransitionNotAllowed
from sixclear.tasks.milestone.lifecycle import MilestoneState, move, reach, reached

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
