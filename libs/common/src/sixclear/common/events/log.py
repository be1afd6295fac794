"""The event table: history, audit of changes and outbox in one, appended in the transaction of the change itself."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import Clock, utc_now
from sixclear.common.db import Database
from sixclear.common.entity_cache import note_changed
from sixclear.common.events.append import NewEvent, RowChanges, append, taken_event
from sixclear.common.events.catalogue import EventCatalogue, topic_of
from sixclear.common.events.epoch import raise_epoch
from sixclear.common.events.partitions import Partitions
from sixclear.common.events.reader import EVENT_COLUMNS, LogReader, StoredEvent
from sixclear.common.events.recent_changes import RecentChanges
from sixclear.common.events.signal import LogSignal
from sixclear.common.telemetry import traceparent_of, tracer

__all__ = ["DDL_V1", "EventLog", "NewEvent", "StoredEvent"]

_log = structlog.get_logger(__name__)

_EPOCH_EVERY_SECONDS = 5.0

DDL_V1: list[str] = [
    """CREATE TABLE event (
         event_id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1),
         entity_type text NOT NULL,
         entity_id uuid NOT NULL,
         version integer NOT NULL,
         previous_version integer,
         change text NOT NULL,
         data jsonb NOT NULL,
         meta jsonb NOT NULL,
         traceparent text,
         occurred_at timestamptz NOT NULL,
         recorded_at timestamptz NOT NULL,
         published boolean NOT NULL
       ) PARTITION BY RANGE (recorded_at)""",
    "CREATE TABLE event_default PARTITION OF event DEFAULT",
    "CREATE INDEX ix_event_event_id ON event (event_id)",
    "CREATE INDEX ix_event_entity_id_version ON event (entity_id, version)",
    """CREATE TABLE log_epoch (
         only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
         epoch integer NOT NULL DEFAULT 1 CHECK (epoch >= 1)
       )""",
    "INSERT INTO log_epoch DEFAULT VALUES",
]

_HISTORY = text(
    f"""SELECT {EVENT_COLUMNS}
       FROM event WHERE entity_type = :entity_type AND entity_id = :entity_id AND version < :before
       ORDER BY version DESC LIMIT :limit"""  # noqa: S608 (constant)
)
_NO_VERSION_LIMIT = 2**31 - 1


class EventLog:
    """The event table of one service: append in the caller's transaction, read in order, wake those who wait.

    `start` keeps month partitions ahead of time and joins the other processes of the service by LISTEN/NOTIFY; an
    event log that was not started still appends, reads and wakes waiters of its own process. `epoch` is the log's
    epoch as of `start` and, later, of some milliseconds ago, or of
    some seconds where a word of the server was lost.
    """

    def __init__(self, catalogue: EventCatalogue, database: Database, clock: Clock = utc_now) -> None:
        self.catalogue = catalogue
        self.service = service = catalogue.service
        self.database = database
        self.partitions = Partitions(service, database, clock)
        self._tracer = tracer(service)
        self._signal = LogSignal(database.engine, f"{service} event signal")
        self._upkeep: list[asyncio.Task[None]] = []
        self.epoch = 1
        # As `source` of its events says it; the launcher gives it.
        self.installation = ""

    def topic(self, entity_type: str) -> str:
        """The topic of one kind of this service's entities."""
        return topic_of(self.service, entity_type)

    async def publish(self, session: AsyncSession, event: NewEvent, *, recorded_at: datetime) -> int:
        """Append `event` in the caller's transaction and return its `event_id`.

        The entity's row must be written or locked before in the same transaction: that alone keeps an entity's events
        in the order of their versions. Raises UndeclaredEvent for a change that the service does not declare: readers
        could not know what it means.
        """
        return (await self.publish_many(session, [event], recorded_at=recorded_at))[0]

    async def publish_many(
        self,
        session: AsyncSession,
        events: Sequence[NewEvent],
        *,
        recorded_at: datetime,
        rows: RowChanges | None = None,
    ) -> list[int]:
        """Append `events` with one statement, in their order, and return their `event_id`s in the same order.

        `rows` are changes of rows, locked before or new, that go with the same statement (see `append_with`); none is
        answered where the row that the events come after was not written. Raises UndeclaredEvent, as `publish` does,
        before anything is written.
        """
        if not events:
            return []
        for entity_type, change in {(event.entity_type, event.change) for event in events}:
            self.catalogue.require_declared(entity_type, change)
        with self._create_span(events) as traceparent:
            numbers = await append(session, events, recorded_at, traceparent, rows)
        if numbers:
            note_changed(session, ((event.entity_type, event.entity_id) for event in events))
        return numbers

    def taken(self, event: NewEvent, span: Span) -> tuple[object, ...]:
        """What a batch's own statement stores of an event (`append.TAKEN_EVENT`); `span` is that of its request.

        Who stores it tells the entity cache what was committed. Raises UndeclaredEvent and EventTooLarge.
        """
        self.catalogue.require_declared(event.entity_type, event.change)
        return taken_event(event, self._traceparent(event, span))

    def _traceparent(self, event: NewEvent, span: Span) -> str | None:
        if not span.is_recording():
            return traceparent_of(span.get_span_context())
        with trace.use_span(span), self._create_span([event]) as traceparent:
            return traceparent

    @contextlib.contextmanager
    def _create_span(self, events: Sequence[NewEvent]) -> Iterator[str | None]:
        """A `create {topic}` span where the request is sampled; yields the trace context to store with the events."""
        current = trace.get_current_span()
        if not current.is_recording():
            yield traceparent_of(current.get_span_context())
            return
        topic = self.topic(events[0].entity_type)
        attributes: dict[str, str | int] = {
            "messaging.system": "kafka",
            "messaging.operation.name": "create",
            "messaging.operation.type": "create",
            "messaging.destination.name": topic,
        }
        if len(events) == 1:
            attributes["messaging.kafka.message.key"] = str(events[0].entity_id)
        else:
            attributes["messaging.batch.message_count"] = len(events)
        with self._tracer.start_as_current_span(
            f"create {topic}", kind=SpanKind.PRODUCER, attributes=attributes
        ) as span:
            yield traceparent_of(span.get_span_context())

    async def history(
        self, session: AsyncSession, entity_type: str, entity_id: UUID, limit: int, *, before: int | None = None
    ) -> list[StoredEvent]:
        """The newest `limit` events of one entity below version `before`, newest first, restricted ones included."""
        below = _NO_VERSION_LIMIT if before is None else before
        values = {"entity_type": entity_type, "entity_id": entity_id, "before": below, "limit": limit}
        return [_stored(row) for row in await session.execute(_HISTORY, values)]

    def reader(self) -> LogReader:
        """A new reader of this log; one for each task that follows it."""
        return LogReader(self.database)

    def wake(self) -> None:
        """Tell every waiter, in every process, that events were committed. Never blocks, never raises."""
        self._signal.wake()

    @property
    def generation(self) -> int:
        """Grows with every wake; read before reading the log, it makes `wait` miss no wake in between."""
        return self._signal.generation

    async def wait(self, timeout_seconds: float, *, seen: int | None = None) -> None:
        """Return at the next wake, after `timeout_seconds`, or immediately when `generation` is past `seen`."""
        await self._signal.wait(timeout_seconds, seen)

    async def start(self) -> None:
        """Read the epoch, make the partitions of the next months, and follow the other processes of the service."""
        self.epoch = await self.reader().epoch()
        await self.partitions.add()
        await self._signal.start()
        self._upkeep = [
            asyncio.create_task(self.partitions.keep(), name=f"{self.service} event partitions"),
            asyncio.create_task(self._follow_epoch(), name=f"{self.service} epoch"),
            asyncio.create_task(RecentChanges(self.database).follow(), name=f"{self.service} entity cache"),
        ]

    async def restored(self, why: str, *, read_in: int) -> int:
        """Raise the epoch, because what was read in epoch `read_in` is not what the log holds now; the new epoch.

        Raises LogIncomplete while the restore still runs.
        """
        raised = await raise_epoch(self.database, at_least=read_in + 1)
        if raised != self.epoch:  # several readers notice the same
            _log.error("event log was restored", service=self.service, why=why, epoch=raised)
        self._at_epoch(raised)
        self.wake()
        return raised

    async def stop(self, deadline_seconds: float = 5.0) -> None:
        """Stop background work within `deadline_seconds`; events can still be appended and read."""
        for task in self._upkeep:
            task.cancel()
        if self._upkeep:
            await asyncio.wait(self._upkeep, timeout=deadline_seconds)
        self._upkeep = []
        await self._signal.stop(deadline_seconds)

    def _at_epoch(self, epoch: int) -> None:
        if epoch != self.epoch:
            self.database.entity_cache.forget_all()
        self.epoch = epoch

    async def _follow_epoch(self) -> None:
        """Entity tags carry the epoch: another process, or a hand, may raise it, and says so on the signal's channel.

        A tag of before must match nothing any more: it would let a write through that was meant for a lost state. What
        is said may be lost, so it is looked at in any case; until then such a tag can match.
        """
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._signal.epoch_raised.wait(), _EPOCH_EVERY_SECONDS)
            self._signal.epoch_raised.clear()
            try:
                self._at_epoch(await self.reader().epoch())
            except Exception as error:
                _log.warning("epoch not read", service=self.service, error=error)


def _stored(row: Sequence[Any]) -> StoredEvent:
    return StoredEvent(*row)
