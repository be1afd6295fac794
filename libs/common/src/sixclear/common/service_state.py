"""What the routes of a service reach: one value per application, typed, in the place of names on `app.state`."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection, Request

from sixclear.common.auth.tokens import TokenVerifier
from sixclear.common.auth.unknown_organisations import UnknownOrganisations
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.events.feed import LogFeed
from sixclear.common.events.log import EventLog
from sixclear.common.use_case import not_known

# What of a kept answer (its body) its caller may read now; raises when that is nothing.
StillReadable = Callable[[Request, AsyncSession, bytes], Coroutine[Any, Any, bytes]]

# The body of an answer that was given at an instant with this entity tag.
MadeAgain = Callable[[Request, AsyncSession, str, datetime], Coroutine[Any, Any, bytes]]

Own = TypeVar("Own")


class Bounds(Protocol):
    """How often one visitor may ask."""

    def spend(self, visitor: str) -> None:
        """One question; raises when it is one too many."""


class HotSwitch(Protocol):
    """The routes that are answered in the front (see `web.hot_front`), to whom starts and stops the service."""

    on: bool

    def configure(self, *, on: bool, in_flight: int) -> None:
        """Whether they are answered there, and how many batches each may write at a time."""

    async def close(self) -> None:
        """Finish what was taken and give connections back."""


class Jobs(Protocol):
    """What works through large files beside requests (see `bulk.worker`), to routes and to whom starts the service."""

    most_open: int

    async def start(self) -> None:
        """Go on with what waits."""

    async def stop(self) -> None:
        """End within a second."""

    def wake(self) -> None:
        """A job was accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceState:
    """What every service gives its routes.

    An application that only describes itself has no `verifier` and no `database`; a service that publishes nothing has
    no `event_log`. `read_sessions` makes sessions that the server keeps from writing. `own` is the service's own frozen
    dataclass; its routes get it by `own_state`. `log_feed` and `log_readers` are
    there for `GET /log`. `behind_seconds` is the age of the service's mirror, if it has one. `hot` is there where the
    service has hot routes, `jobs` where it takes large files, `unknown_organisations` where it knows which
    organisations there are.
    """

    service: str
    clock: Clock
    new_id: Callable[[], UUID]
    verifier: TokenVerifier | None = None
    database: Database | None = None
    read_sessions: Callable[[], AsyncSession] | None = None
    event_log: EventLog | None = None
    still_readable: StillReadable | None = None
    made_again: MadeAgain | None = None
    behind_seconds: Callable[[], float | None] = not_known
    log_feed: LogFeed | None = None
    log_readers: Bounds | None = None
    hot: HotSwitch | None = None
    jobs: Jobs | None = None
    unknown_organisations: UnknownOrganisations | None = None
    own: object = None


def state_of(connection: HTTPConnection) -> ServiceState:
    """The state of the application that serves this request."""
    state: ServiceState = connection.app.state.service_state
    return state


def own_state(connection: HTTPConnection, kind: type[Own]) -> Own:
    """The service's own part of the state; raises TypeError when it is not of `kind`."""
    own = state_of(connection).own
    if not isinstance(own, kind):
        raise TypeError(f"the state of {state_of(connection).service} is {type(own).__name__}, not {kind.__name__}")
    return own
