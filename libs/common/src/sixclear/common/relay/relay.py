"""The relay: sends a service's events to Kafka in order, from a cursor, and again whenever the log there was lost."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from sixclear.common.bus.batching import BatchSize
from sixclear.common.bus.dead_letters import reason_of
from sixclear.common.bus.deadlines import end_tasks, first_of
from sixclear.common.bus.failures import overloaded
from sixclear.common.bus.kafka import BatchProducer, BrokerView
from sixclear.common.bus.kafka.security import PRIVATE_NETWORK, Security
from sixclear.common.clock import Clock, seconds_since, utc_now
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.events.reader import LogRestored
from sixclear.common.events.signal import dedicated_connection
from sixclear.common.relay.clearing import Clearing, begin_again
from sixclear.common.relay.cursor import DDL_V1, Cursor, CursorStore, read_position
from sixclear.common.relay.delivery import Delivery
from sixclear.common.relay.proof import LogEmptied, find_foreign
from sixclear.common.relay.sending import Sending
from sixclear.common.relay.watermark import WatermarkWriter
from sixclear.common.telemetry import tracer

__all__ = ["DDL_V1", "LogEmptied", "Relay", "RelayLimits", "RelayState"]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayLimits:
    """Sizes and times of a relay. `partitions` counts only for topics that do not exist yet and never changes later."""

    batch_size: int = 2000
    partitions: int = 4
    poll_seconds: float = 1.0
    check_seconds: float = 1.0
    takeover_seconds: float = 0.5
    send_seconds: float = 10.0
    last_backoff_seconds: float = 2.0
    watermark_seconds: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayState:
    """What operators see of a relay; the backlog is counted up to a hundred thousand.

    Backlog and age were counted at `measured_at`; None: never yet.
    """

    service: str
    active: bool = False
    position: int = 0
    backlog_rows: int = 0
    oldest_age_seconds: float | None = 0.0
    measured_at: datetime | None = None
    replays: int = 0
    last_error: str | None = None


class Relay:
    """Keeps a service's topics equal to its event table.

    Of all processes of a service one is active: it holds an advisory lock on a session of its own, and another takes
    over within seconds when that session ends. Events go out in `event_id` order per entity; the cursor is the prefix
    that the broker has acknowledged, saved after the acknowledgements, so a crash sends again and never skips. A
    repeat is harmless by its version. When the broker turns out to have lost what it had acknowledged, or the log's
    epoch was raised, everything is sent again from the first event. When the broker turns out to hold what the event
    table does not, the table was restored: then this raises the epoch.
    """

    def __init__(
        self,
        event_log: EventLog,
        database: Database,
        bootstrap_servers: str,
        clock: Clock = utc_now,
        *,
        installation: str = "",
        security: Security = PRIVATE_NETWORK,
        limits: RelayLimits | None = None,
    ) -> None:
        self._event_log = event_log
        self._database = database
        self._bootstrap_servers = bootstrap_servers
        self._installation = installation
        self._security = security
        self._clock = clock
        self._limits = limits or RelayLimits()
        self._size = BatchSize(self._limits.batch_size)
        self._tracer = tracer(event_log.service)
        self._state = RelayState(service=event_log.service)
        self._stopping = asyncio.Event()
        self._tasks: tuple[asyncio.Task[None], asyncio.Task[None]] | None = None

    async def start(self) -> None:
        """Begin in the background; a broker or database that is away is waited for."""
        self._stopping.clear()
        name = f"{self._event_log.service} relay"
        self._tasks = (
            asyncio.create_task(self._run(), name=name),
            asyncio.create_task(self._measure(), name=f"{name} backlog"),
        )

    async def stop(self, deadline_seconds: float = 10.0) -> None:
        """Finish the batch on its way, or give it up: it is sent again later. Keeps its deadline, whatever happens."""
        self._stopping.set()
        if not self._tasks:
            return
        if not await end_tasks(*self._tasks, deadline_seconds):
            _log.error("relay did not stop", service=self._event_log.service, deadline_seconds=deadline_seconds)
        self._tasks = None
        self._note(active=False)

    def state(self) -> RelayState:
        """The last known state; costs nothing."""
        return self._state

    def _note(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)

    async def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                await self._stand_by_and_lead()
                failures = 0
            except asyncio.CancelledError:
                raise
            except Exception as error:
                failures += 1
                if overloaded(error):
                    self._size.halve()
                self._note(active=False, last_error=reason_of(error))
                _log.warning("relay begins again", service=self._event_log.service, error=reason_of(error))
                longest = min(self._limits.last_backoff_seconds, 0.1 * 2.0 ** min(failures, 10))
                await self._pause(longest * random.uniform(0.5, 1.0))  # noqa: S311 (spreads retries)

    async def _stand_by_and_lead(self) -> None:
        """Wait for the lock, then send until something breaks. The lock ends with its connection."""
        connection = await dedicated_connection(self._database.engine, f"{self._event_log.service} relay")
        store = CursorStore(connection)
        try:
            while not await store.try_lock():
                self._note(last_error=None)  # it stands by, as it should; what failed before is another's now
                await self._pause(self._limits.takeover_seconds)
                if self._stopping.is_set():
                    return
            while not self._stopping.is_set():
                await self._lead(store)
        finally:
            self._note(active=False)
            with contextlib.suppress(Exception):
                connection.terminate()

    async def _lead(self, store: CursorStore) -> None:
        """One life of a producer."""
        cursor = await store.load()
        epoch = await self._event_log.reader().epoch()
        purged = await store.unplaced_purge_topics()
        if epoch != cursor.epoch and not purged:
            cursor = await self._rewind(store, Cursor(epoch=epoch), "the log's epoch was raised")
        async with self._connected() as (producer, view):
            if (foreign := await find_foreign(self._event_log, view)) is not None:
                await self._event_log.restored(foreign.why, read_in=foreign.epoch)
                return
            if purged:
                cursor = Cursor(epoch=epoch)
                await begin_again(self._event_log, store, view, cursor, purged)
                self._note_rewound("an entity was purged")
            clearing = Clearing(self._event_log, store, view, await store.placed_purges())
            sending = Sending(
                self._event_log,
                producer,
                view,
                cursor,
                self._limits.partitions,
                self._installation,
                self._tracer,
            )
            self._note(active=True, last_error=None)
            watermark = WatermarkWriter(self._event_log, producer, view, lambda: sending.cursor, self._clock)
            errors = await self._deliver(store, sending, view, clearing, watermark)
        emptied = next((error for error in errors if isinstance(error, LogEmptied)), None)
        if emptied is not None:
            await self._rewind(store, Cursor(epoch=cursor.epoch), str(emptied))
            return
        for error in errors:
            if not isinstance(error, LogRestored):  # the follower has raised the epoch, which the next life reads
                raise error

    async def _deliver(
        self, store: CursorStore, sending: Sending, view: BrokerView, clearing: Clearing, watermark: WatermarkWriter
    ) -> Sequence[BaseException]:
        """Send and check until one of them ends; what they ended with."""
        delivery = Delivery(self._event_log, store, sending, self._size, self._stopping, self._saved, clearing)
        work = asyncio.ensure_future(delivery.run(self._limits.poll_seconds))
        check = asyncio.ensure_future(delivery.check(view, self._limits.check_seconds))
        state = asyncio.ensure_future(watermark.run(self._limits.watermark_seconds))
        try:
            await asyncio.wait([work, check], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (work, check, state):
                task.cancel()
            await asyncio.wait([work, check, state], timeout=2.0)
        return [error for task in (work, check) if (error := _error(task)) is not None]

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[tuple[BatchProducer, BrokerView]]:
        producer = BatchProducer(self._bootstrap_servers, self._security, timeout_seconds=self._limits.send_seconds)
        view = BrokerView(self._bootstrap_servers, self._security)
        try:
            await producer.start()
            await view.start()
            yield producer, view
        finally:
            await producer.stop()
            await view.stop()

    async def _rewind(self, store: CursorStore, cursor: Cursor, why: str) -> Cursor:
        await store.save(cursor)
        self._note_rewound(why)
        return cursor

    def _note_rewound(self, why: str) -> None:
        _log.warning("everything is sent again", service=self._event_log.service, why=why)
        self._note(replays=self._state.replays + 1, position=0)

    def _saved(self, cursor: Cursor) -> None:
        self._note(position=cursor.position)

    async def _measure(self) -> None:
        """Keep backlog and age known, in standby and while the broker is away too."""
        reader = self._event_log.reader()
        while True:
            try:
                position = await read_position(self._database)
                oldest = await reader.oldest_unsent_at(position)
                age = 0.0 if oldest is None else seconds_since(oldest, self._clock())
                rows, now = await reader.count_after(position), self._clock()
                self._note(backlog_rows=rows, oldest_age_seconds=age, position=position, measured_at=now)
            except Exception as error:
                _log.debug("backlog not known", service=self._event_log.service, error=reason_of(error))
            await asyncio.sleep(self._limits.check_seconds)

    async def _pause(self, seconds: float) -> None:
        await first_of([self._stopping.wait()], seconds)


def _error(task: "asyncio.Future[None]") -> BaseException | None:
    return task.exception() if task.done() and not task.cancelled() else None
