"""The target of a service that is a source of events: a database, an event log and an application."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeVar

from starlette.applications import Starlette

from sixclear.common import access_log
from sixclear.common.auth.tokens import TokenVerifier
from sixclear.common.bus.consumer import ConsumerLoop
from sixclear.common.bus.mirror import Mirror
from sixclear.common.bus.protocol import Bus
from sixclear.common.census import Census, Count
from sixclear.common.clock import Clock
from sixclear.common.database_metrics import measure_database
from sixclear.common.db import Database
from sixclear.common.events.catalogue import EventCatalogue
from sixclear.common.events.log import EventLog
from sixclear.common.runtime.database_watch import DatabaseWatch
from sixclear.common.runtime.periodic import Periodic
from sixclear.common.runtime.target import Check, Runtime, StreamState, stream_of
from sixclear.common.schema_version import bring_up_to_date
from sixclear.common.service_state import HotSwitch, Jobs, ServiceState
from sixclear.common.telemetry import instrument_engine


class SourceSettings(Protocol):
    """What the settings of such a service hold at least."""

    database_url: str
    database_pool_size: int


MakeMirror = Callable[[Bus, Database, Clock], Mirror]
# What reads another service's events beside the mirror, and may publish what it makes of them.
MakeFollower = Callable[[Bus, Database, EventLog, Clock], ConsumerLoop]
_MIRROR_FILLS = "what requests name is read from another service's log for the first time"

_TEND_SECONDS, _PASS_TIME_SECONDS, _GO_ON_SECONDS = 3600.0, 60.0, 2.0
_STOP_SECONDS = 2.0
NOTHING: Mapping[str, Any] = MappingProxyType({})

S = TypeVar("S", bound=SourceSettings)
S_contra = TypeVar("S_contra", bound=SourceSettings, contravariant=True)
# Of its own target: a generic alias cannot name a class that comes later.
Work = Callable[[Any], Awaitable[object]]


class CreateApp(Protocol[S_contra]):
    """The `create_app` of such a service."""

    def __call__(
        self,
        settings: S_contra,
        /,
        *,
        verifier: TokenVerifier | None,
        database: Database | None,
        event_log: EventLog | None,
        clock: Clock,
    ) -> Starlette:
        """The application."""


async def forget_readings(target: "SourceTarget[S]") -> None:
    """Delete what the access log need not keep."""
    await access_log.purge(target.database, target.runtime.settings.access_log_days, target.runtime.clock())


class SourceTarget(Generic[S]):
    """Migrates, follows its log, runs `prepare` if there is one, and serves. Its name is the service of `events`.

    `mirror` makes what fills its table of another service's entities, where its requests name them. `followers` make
    what else it reads of others: no request waits for them, and one whose events cannot reach this process is left out.

    Where `count` is given, it states what that counts in each ten minutes: its census. Once an hour it deletes what the
    access log need not keep, and does what `tend` names. What `pass_time` names is done once a minute: it records what
    time alone has done to the service's entities. What `go_on` names is done every two seconds: it goes on with what
    requests left to be done in chunks. Each work is due by itself: one that fails or takes long stops no other.
    `waiting_for` says on the readiness page what a target that has not started is busy with.
    """

    def __init__(
        self,
        runtime: Runtime,
        *,
        events: EventCatalogue,
        prefixes: tuple[str, ...],
        package: str,
        settings: S,
        create_app: CreateApp[S],
        waiting_for: str,
        prepare: "Callable[[SourceTarget[S]], Awaitable[None]] | None" = None,
        mirror: MakeMirror | None = None,
        followers: Sequence[MakeFollower] = (),
        count: Count | None = None,
        tend: Mapping[str, Work] = NOTHING,
        pass_time: Mapping[str, Work] = NOTHING,
        go_on: Mapping[str, Work] = NOTHING,
    ) -> None:
        self.name = name = events.service
        self.prefixes = prefixes
        self.runtime = runtime
        self.settings = settings
        self._package = package
        self._waiting_for = waiting_for
        self._prepare = prepare
        self.database = Database(
            settings.database_url, application_name=f"sixclear-{name}", pool_size=settings.database_pool_size
        )
        instrument_engine(self.database.engine, name)
        measure_database(self.database, name)
        self.event_log = EventLog(events, self.database, runtime.clock)
        self.event_log.installation = runtime.settings.installation
        self.census = None if count is None else Census(self.event_log, count, runtime.clock)
        self.app = create_app(
            settings,
            verifier=runtime.verifier,
            database=self.database,
            event_log=self.event_log,
            clock=runtime.clock,
        )
        described: ServiceState | None = getattr(self.app.state, "service_state", None)
        self._hot: HotSwitch | None = None if described is None else described.hot
        self._jobs: Jobs | None = None if described is None else described.jobs
        if self._hot is not None:
            self._hot.configure(on=runtime.settings.hot_routes == "on", in_flight=runtime.settings.hot_batches)
        self._mirror = None if mirror is None else mirror(runtime.bus, self.database, runtime.clock)
        if self._mirror is not None:
            state: ServiceState = self.app.state.service_state
            self.app.state.service_state = replace(state, behind_seconds=self._mirror.behind_seconds)
        self._followers = [make(runtime.bus, self.database, self.event_log, runtime.clock) for make in followers]
        self._following: list[ConsumerLoop] = []
        self._watch = DatabaseWatch(settings.database_url, name, [self.database])
        due = (
            ("", {"forgetting old readings": forget_readings}, _TEND_SECONDS),
            ("tending ", tend, _TEND_SECONDS),
            ("passing time of ", pass_time, _PASS_TIME_SECONDS),
            ("going on with ", go_on, _GO_ON_SECONDS),
        )
        self._periodic = [
            Periodic(f"{name} {how}{what}", partial(work, self), seconds=seconds)
            for how, works, seconds in due
            for what, work in works.items()
        ]
        self._started = False

    async def start(self) -> None:
        """Bring the schema up to date, follow the log, prepare; `prepare` may publish: the log has its partitions."""
        await bring_up_to_date(self.database, self._package)
        await self.event_log.start()
        if self._mirror is not None:
            await self._mirror.prepare()
        if self._prepare is not None:
            await self._prepare(self)
        await self._watch.start()
        if self.census is not None:
            await self.census.start()
        for periodic in self._periodic:
            periodic.start()
        if self._jobs is not None:
            await self._jobs.start()
        self._started = True

    async def start_consumers(self) -> None:
        """Begin to read what another service publishes, where this one names it."""
        if self._mirror is not None:
            await self._mirror.start()
        for loop in self._followers:
            if loop.reaches():
                await loop.start()
                self._following.append(loop)

    async def stop(self) -> None:
        """Stop reading and following the log, finish what hot routes took, then close connections."""
        self._started = False
        if self._mirror is not None:
            await self._mirror.stop()
        while self._following:
            await self._following.pop().stop(_STOP_SECONDS)
        if self.census is not None:
            await self.census.stop()
        for periodic in self._periodic:
            await periodic.stop()
        await self._watch.stop()
        if self._jobs is not None:
            await self._jobs.stop()
        if self._hot is not None:
            await self._hot.close()
        await self.event_log.stop()
        await self.database.close()

    def checks(self) -> Sequence[Check]:
        """Ready once `start` is through and its mirror was filled, and while the database answers."""
        checks = [Check("started", self._started, "" if self._started else self._waiting_for), *self._watch.checks()]
        if self._mirror is not None:
            serves = self._mirror.serves()
            checks.append(Check("mirror", serves, "" if serves else _MIRROR_FILLS))
        return checks

    def streams(self) -> Sequence[StreamState]:
        """The mirror's consumer and the other ones that run; the log's relay is the launcher's."""
        states = [] if self._mirror is None else [self._mirror.state()]
        states += [loop.state() for loop in self._following]
        return [stream_of(self.name, state, self.runtime.clock()) for state in states]
