"""The event table: history, audit of changes and outbox in one, appended in the transaction of the change itself."""

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import structlog
from dateutil.relativedelta import relativedelta
from opentelemetry import trace
from opentelemetry.trace import SpanKind
from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    DateTime,
    Integer,
    Row,
    Text,
    Uuid,
    bindparam,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import Clock, utc_now
from sixclear.common.db import Database, dump_json
from sixclear.common.events.catalogue import EventCatalogue, topic_of, type_of
from sixclear.common.events.epoch import raise_epoch
from sixclear.common.events.reader import LogReader, StoredEvent
from sixclear.common.events.signal import LogSignal
from sixclear.common.telemetry import traceparent_of, tracer

__all__ = ["DDL_V1", "MAX_DATA_BYTES", "EventLog", "EventTooLarge", "NewEvent", "StoredEvent", "topic_of", "type_of"]

_log = structlog.get_logger(__name__)

# A record must fit the broker's default `message.max.bytes` (1 MiB) with its headers, or it stops the relay for ever.
MAX_DATA_BYTES = 512 * 1024

_MONTHS_AHEAD = 3
_UPKEEP_EVERY_SECONDS = 6 * 3600.0
_EPOCH_EVERY_SECONDS = 30.0

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


class EventTooLarge(ValueError):
    """The public data of one event is larger than a broker accepts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """A change that is about to be published.

    `version` counts 1, 2, 3 … per entity without holes; `previous_version` is the version of the entity's previous
    *published* event. `data` is the whole public state after the change, without personal data; `meta` (actor, request
    id, reason) never leaves the service. `published=False` keeps a restricted entity's event inside the service.
    """

    entity_type: str
    entity_id: UUID
    version: int
    previous_version: int | None
    change: str
    data: Mapping[str, Any]
    occurred_at: datetime
    meta: Mapping[str, Any] = field(default_factory=dict)
    published: bool = True


_COLUMNS: list[Column[Any]] = [
    Column("entity_type", Text),
    Column("entity_id", Uuid),
    Column("version", Integer),
    Column("previous_version", Integer),
    Column("change", Text),
    Column("data", Text),
    Column("meta", Text),
    Column("traceparent", Text),
    Column("occurred_at", DateTime(timezone=True)),
    Column("published", Boolean),
]

# The sub-select's order decides in which order the identity column is drawn, so event_ids follow the given sequence.
_INSERT = text(
    """INSERT INTO event (entity_type, entity_id, version, previous_version, change, data, meta, traceparent,
                          occurred_at, recorded_at, published)
       SELECT entity_type, entity_id, version, previous_version, change, data::jsonb, meta::jsonb, traceparent,
              occurred_at, :recorded_at, published
       FROM unnest(:entity_type, :entity_id, :version, :previous_version, :change, :data, :meta, :traceparent,
                   :occurred_at, :published) WITH ORDINALITY
            AS new (entity_type, entity_id, version, previous_version, change, data, meta, traceparent,
                    occurred_at, published, place)
       ORDER BY place
       RETURNING event_id"""
).bindparams(
    bindparam("recorded_at", type_=DateTime(timezone=True)),
    *(bindparam(column.name, type_=ARRAY(column.type)) for column in _COLUMNS),
)

_HISTORY = text(
    """SELECT event_id, entity_type, entity_id, version, previous_version, change, data::text AS data_json,
              meta::text AS meta_json, traceparent, occurred_at, recorded_at, published
       FROM event WHERE entity_type = :entity_type AND entity_id = :entity_id AND version < :before
       ORDER BY version DESC LIMIT :limit"""
)
_NO_VERSION_LIMIT = 2**31 - 1


class EventLog:
    """The event table of one service: append in the caller's transaction, read in order, wake those who wait.

    `start` keeps month partitions ahead of time and joins the other processes of the service by LISTEN/NOTIFY; an
    event log that was not started still appends, reads and wakes waiters of its own process. `epoch` is the log's
    epoch as of `start` and, later, of less than a minute ago.
    """

    def __init__(self, catalogue: EventCatalogue, database: Database, clock: Clock = utc_now) -> None:
        self.catalogue = catalogue
        self.service = service = catalogue.service
        self.database = database
        self._clock = clock
        self._tracer = tracer(service)
        self._signal = LogSignal(database.engine, f"{service} event signal")
        self._upkeep: list[asyncio.Task[None]] = []
        self.epoch = 1

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
        self, session: AsyncSession, events: Sequence[NewEvent], *, recorded_at: datetime
    ) -> list[int]:
        """Append `events` with one statement, in their order, and return their `event_id`s in the same order.

        Raises UndeclaredEvent, as `publish` does, before anything is written.
        """
        if not events:
            return []
        for entity_type, change in {(event.entity_type, event.change) for event in events}:
            self.catalogue.require_declared(entity_type, change)
        with self._create_span(events) as traceparent:
            values: dict[str, Any] = {"recorded_at": recorded_at} | _columns(events, traceparent)
            result = await session.execute(_INSERT, values)
            return [int(event_id) for event_id in result.scalars()]

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
        """Tell everybody who waits, in every process, that events were committed. Never blocks, never raises."""
        self._signal.wake()

    @property
    def generation(self) -> int:
        """Grows with every wake; read before reading the log, it makes `wait` miss no wake in between."""
        return self._signal.generation

    async def wait(self, timeout_seconds: float, *, seen: int | None = None) -> None:
        """Return at the next wake, after `timeout_seconds`, or at once when `generation` is past `seen`."""
        await self._signal.wait(timeout_seconds, seen)

    async def start(self) -> None:
        """Read the epoch, make the partitions of the next months, and follow the other processes of the service."""
        self.epoch = await self.reader().epoch()
        await self.add_partitions()
        await self._signal.start()
        self._upkeep = [
            asyncio.create_task(self._keep_partitions(), name=f"{self.service} event partitions"),
            asyncio.create_task(self._follow_epoch(), name=f"{self.service} epoch"),
        ]

    async def restored(self, why: str, *, read_in: int) -> int:
        """Raise the epoch, because what was read in epoch `read_in` is not what the log holds now; the new epoch.

        Raises LogIncomplete while the restore still runs.
        """
        raised = await raise_epoch(self.database, at_least=read_in + 1)
        if raised != self.epoch:  # several readers notice the same
            _log.error("event log was restored", service=self.service, why=why, epoch=raised)
        self.epoch = raised
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

    async def add_partitions(self) -> None:
        """Make the partitions of this month and the following ones that do not exist yet.

        A month whose rows already went to the DEFAULT partition stays there: nothing is lost, only its archiving is
        not a mere detach.
        """
        first = self._clock().astimezone(UTC).date().replace(day=1)
        for month in (first + relativedelta(months=ahead) for ahead in range(_MONTHS_AHEAD + 1)):
            try:
                await self._add_partition(month)
            except DBAPIError as error:
                _log.warning("event partition not made", service=self.service, month=str(month), error=str(error.orig))

    async def _add_partition(self, month: date) -> None:
        name = f"event_{month:%Y_%m}"
        async with self.database.transaction() as session:
            # Attaching takes a lock that lets writers of other partitions go on; PARTITION OF would stop them all.
            await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('sixclear event partitions'))"))
            if (await session.execute(text("SELECT to_regclass(:name)"), {"name": name})).scalar_one() is not None:
                return
            await session.execute(text(f"CREATE TABLE {name} (LIKE event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"))
            await session.execute(
                text(
                    f"ALTER TABLE event ATTACH PARTITION {name} FOR VALUES"
                    f" FROM ('{month} 00:00:00+00') TO ('{month + relativedelta(months=1)} 00:00:00+00')"
                )
            )

    async def _keep_partitions(self) -> None:
        while True:
            await asyncio.sleep(_UPKEEP_EVERY_SECONDS)
            try:
                await self.add_partitions()
            except Exception:
                _log.exception("event partitions not checked", service=self.service)

    async def _follow_epoch(self) -> None:
        """Entity tags carry the epoch: another process, or a hand, may raise it."""
        while True:
            await asyncio.sleep(_EPOCH_EVERY_SECONDS)
            try:
                self.epoch = await self.reader().epoch()
            except Exception as error:
                _log.warning("epoch not read", service=self.service, error=repr(error))


def _columns(events: Sequence[NewEvent], traceparent: str | None) -> dict[str, list[Any]]:
    data = [dump_json(event.data) for event in events]
    if max(map(len, data)) > MAX_DATA_BYTES // 4:  # a character is at most four bytes
        _check_sizes(data)
    return {
        "entity_type": [event.entity_type for event in events],
        "entity_id": [event.entity_id for event in events],
        "version": [event.version for event in events],
        "previous_version": [event.previous_version for event in events],
        "change": [event.change for event in events],
        "data": data,
        "meta": [dump_json(event.meta) for event in events],
        "traceparent": [traceparent] * len(events),
        "occurred_at": [event.occurred_at for event in events],
        "published": [event.published for event in events],
    }


def _check_sizes(data: Sequence[str]) -> None:
    largest = max(len(document.encode()) for document in data)
    if largest > MAX_DATA_BYTES:
        raise EventTooLarge(f"An event carries {largest} bytes of data; at most {MAX_DATA_BYTES} can be sent.")


def _stored(row: Row[Any]) -> StoredEvent:
    return StoredEvent(**row._mapping)
