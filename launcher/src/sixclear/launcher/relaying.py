"""A relay beside each target that publishes. Where events travel over Kafka, the process that publishes also relays."""

from collections.abc import Sequence
from datetime import timedelta

from starlette.types import ASGIApp

from sixclear.common.clock import Clock, utc_now
from sixclear.common.events.log import EventLog
from sixclear.common.relay.relay import Relay
from sixclear.common.runtime.supervisor import ClosesStreams, ConsumesEvents
from sixclear.common.runtime.target import Check, StreamState, Target

_STOP_SECONDS = 2.0
# Counted every second; older figures are not shown as those of now.
_MEASURE_HOLDS = timedelta(seconds=10)


class Relaying:
    """`target` with its relay: started after it, when its tables exist, and stopped before it."""

    def __init__(self, target: Target, relay: Relay, clock: Clock = utc_now) -> None:
        self._target = target
        self._clock = clock
        self._relay = relay
        self.name = target.name
        self.prefixes = target.prefixes
        self.app: ASGIApp = target.app
        self.event_log: EventLog | None = target.event_log

    async def start(self) -> None:
        """Start the target, then the relay; a broker that is away is waited for in the background."""
        await self._target.start()
        await self._relay.start()

    async def start_consumers(self) -> None:
        """Have the target read events, if it reads any."""
        if isinstance(self._target, ConsumesEvents):
            await self._target.start_consumers()

    async def stop(self) -> None:
        """Stop the relay first: it needs the target's database."""
        await self._relay.stop(_STOP_SECONDS)
        await self._target.stop()

    async def close_streams(self) -> None:
        """End the target's open-ended answers, if it has any."""
        if isinstance(self._target, ClosesStreams):
            await self._target.close_streams()

    def checks(self) -> Sequence[Check]:
        """The target's: a relay that is behind stops no client from writing."""
        return self._target.checks()

    def streams(self) -> Sequence[StreamState]:
        """The target's, and the relay."""
        return [*self._target.streams(), self._state()]

    def _state(self) -> StreamState:
        """As operators see it. While it cannot be counted, what waits is not known, and its age only grows."""
        state = self._relay.state()
        since = None if state.measured_at is None else self._clock() - state.measured_at
        known = since is not None and abs(since) < _MEASURE_HOLDS  # not by a clock that was set back since either
        older = 0.0 if known or since is None else max(0.0, since.total_seconds())
        age = state.oldest_age_seconds
        return StreamState(
            service=state.service,
            name=f"{state.service} relay",
            kind="relay",
            running=state.last_error is None,
            lag_messages=state.backlog_rows if known else None,
            lag_seconds=None if since is None or age is None else age + older,
            detail=state.last_error or ("active" if state.active else "standing by"),
        )
