"""A consumer sees a single message as soon as it comes, and lets many gather while they come fast."""

import pytest

from sixclear.common.bus.consumer_state import ConsumerLimits


@pytest.mark.parametrize(
    ("handled", "spent_seconds", "pause"),
    [(1, 0.01, 0.0), (15, 0.01, 0.0), (16, 0.05, 0.15), (400, 0.05, 0.15), (400, 0.3, 0.0)],
)
def test_many_messages_gather(handled: int, spent_seconds: float, pause: float) -> None:
    limits = ConsumerLimits(gather_seconds=0.2)
    assert limits.pause_after(handled, spent_seconds) == pytest.approx(pause)


def test_by_default_no_message_waits() -> None:
    assert ConsumerLimits().pause_after(400, 0.01) == 0.0
