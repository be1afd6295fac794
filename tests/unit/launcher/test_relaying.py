"""What a relay has not counted is not known: never nothing, and never younger than it was."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from starlette.applications import Starlette

from sixclear.common.relay.relay import Relay, RelayState
from sixclear.common.runtime.target import Target
from sixclear.common.testing.clock import MovingClock
from sixclear.launcher.relaying import Relaying

START = datetime(2025, 12, 4, 3, 0, tzinfo=UTC)
COUNTED = RelayState(service="tasks", active=True, backlog_rows=3, oldest_age_seconds=2.0, measured_at=START)


class Tasks:
    """A target without streams of its own."""

    name = "tasks"
    prefixes = ("/api/tasks",)
    app = Starlette()
    event_log = None

    def streams(self) -> list[Any]:
        """None."""
        return []


class Silent:
    """A relay that says what it is told to."""

    def __init__(self, state: RelayState) -> None:
        self._state = state

    def state(self) -> RelayState:
        """What was given."""
        return self._state


@pytest.mark.parametrize(
    ("state", "after", "messages", "seconds"),
    [
        pytest.param(COUNTED, 1, 3, 2.0, id="just counted"),
        pytest.param(COUNTED, 30, None, 32.0, id="its database is away"),
        pytest.param(COUNTED, -3600, None, 2.0, id="its database is away and the clock was set back"),
        pytest.param(replace(COUNTED, measured_at=None, backlog_rows=0), 1, None, None, id="never counted"),
        pytest.param(replace(COUNTED, oldest_age_seconds=None), 1, 3, None, id="dated by a clock that ran ahead"),
    ],
)
def test_what_nobody_could_count_is_not_known(
    state: RelayState, after: float, messages: int | None, seconds: float | None
) -> None:
    clock = MovingClock(START + timedelta(seconds=after))
    target = Relaying(cast("Target", Tasks()), cast("Relay", Silent(state)), clock)
    (stream,) = target.streams()
    assert (stream.lag_messages, stream.lag_seconds) == (messages, seconds)
