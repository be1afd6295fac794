"""A target: one service as the launcher sees it, and what the launcher gives it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import httpx2
from starlette.types import ASGIApp

from sixclear.common.clock import Clock
from sixclear.common.settings import CommonSettings

if TYPE_CHECKING:
    from sixclear.common.auth.tokens import TokenVerifier
    from sixclear.common.bus.consumer_state import ConsumerState
    from sixclear.common.bus.protocol import Bus
    from sixclear.common.events.log import EventLog
    from sixclear.common.telemetry import SpanSink


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold before a target takes traffic; `detail` says what to do when it does not.

    What is not `required` is reported only: taking the traffic away would not help, or would prevent the repair.
    """

    name: str
    ok: bool
    detail: str = ""
    required: bool = True

    @property
    def holds_back(self) -> bool:
        """Whether the target must not take traffic."""
        return self.required and not self.ok


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamState:
    """The health of one relay or one consumer group. Ages and lags in seconds; None where nothing is known yet."""

    service: str
    name: str
    kind: str  # "relay" or "consumer"
    running: bool
    lag_messages: int | None
    lag_seconds: float | None
    dead_letters: int = 0
    last_progress_at: datetime | None = None
    detail: str = ""


def stream_of(service: str, state: "ConsumerState", now: datetime) -> StreamState:
    """A consumer as operators see it. While the lag is not known, its age is at least the time since it was."""
    unknown_for = None if state.lag_known_at is None else (now - state.lag_known_at).total_seconds()
    return StreamState(
        service=service,
        name=state.group,
        kind="consumer",
        running=state.running and state.halted_reason is None,
        lag_messages=None if state.lag is None else state.lag.messages,
        lag_seconds=unknown_for if state.lag is None else state.lag.seconds,
        dead_letters=state.dead_letters,
        last_progress_at=state.last_progress_at,
        detail=state.halted_reason or state.last_error or "",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """What every target is made of: settings, time, the bus, identity, ways to reach other services."""

    settings: CommonSettings
    clock: Clock
    bus: "Bus"
    verifier: "TokenVerifier"
    http: Callable[[str], httpx2.AsyncClient]
    span_sink: "SpanSink | None" = None


@runtime_checkable
class RefusesWithPages(Protocol):
    """A target whose application answers people: it refuses by itself, with a page (see `ASKS_TOO_OFTEN`)."""

    refuses_with_pages: bool


class Target(Protocol):
    """One service in a process: started once, stopped once, in a deadline."""

    @property
    def name(self) -> str:
        """The service's name, with hyphens."""

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The paths below which `app` answers; they are not taken off."""

    @property
    def app(self) -> ASGIApp:
        """The application."""

    @property
    def event_log(self) -> "EventLog | None":
        """The log of a service that publishes events."""

    async def start(self) -> None:
        """Migrate, connect, and start background work; raises when the target cannot serve.

        A target that reads events begins to in `start_consumers` (see `runtime.supervisor`), not here.
        """

    async def stop(self) -> None:
        """Stop streams first, then background work, then connections."""

    def checks(self) -> Sequence[Check]:
        """What `/readyz` reports."""

    def streams(self) -> Sequence[StreamState]:
        """The relays and consumers that this target runs."""
