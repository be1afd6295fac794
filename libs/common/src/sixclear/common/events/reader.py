"""Reading a service's event table in `event_id` order without ever skipping a transaction that commits late."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import BigInteger, bindparam, text

from sixclear.common.db import Database

_LOOK_AGAIN_SECONDS = 0.02

EVENT_COLUMNS = """event_id, entity_type, entity_id, version, previous_version, change, data::text AS data_json,
    meta::text AS meta_json, traceparent, occurred_at, recorded_at, published"""

_READ = text(
    f"SELECT {EVENT_COLUMNS} FROM event WHERE event_id >= :first ORDER BY event_id LIMIT :limit"  # noqa: S608 (constant)
).bindparams(bindparam("first", type_=BigInteger), bindparam("limit", type_=BigInteger))

_READ_BACK = text(
    f"SELECT {EVENT_COLUMNS} FROM event WHERE event_id <= :upto ORDER BY event_id DESC LIMIT :limit"  # noqa: S608
).bindparams(bindparam("upto", type_=BigInteger), bindparam("limit", type_=BigInteger))

_FIND = text(f"SELECT {EVENT_COLUMNS} FROM event WHERE event_id = :event_id").bindparams(  # noqa: S608 (constant)
    bindparam("event_id", type_=BigInteger)
)

# The oldest event that is kept, and the last number that was ever drawn (null where this role may not see it).
_ENDS = text(
    """SELECT oldest.event_id, oldest.recorded_at,
              CASE WHEN has_sequence_privilege(drawn.sequence, 'SELECT')
                   THEN coalesce(pg_sequence_last_value(drawn.sequence), 0) END AS last_drawn
       FROM (SELECT pg_get_serial_sequence('event', 'event_id')::regclass AS sequence) AS drawn
       LEFT JOIN (SELECT event_id, recorded_at FROM event ORDER BY event_id LIMIT 1) AS oldest ON true"""
)

_READ_ENTITY = text(
    f"SELECT {EVENT_COLUMNS} FROM event WHERE entity_id = :entity_id AND version > :after ORDER BY version LIMIT :limit"  # noqa: S608
)

_TAIL = text("SELECT coalesce(max(event_id), 0) FROM event")

# An INSERT takes this lock before it draws its event_id and keeps it until the transaction has become visible or has
# been rolled back, so every transaction that may still fill a hole is in this list.
_WRITERS = text(
    """SELECT virtualtransaction FROM pg_locks
       WHERE locktype = 'relation' AND relation = 'event'::regclass AND mode = 'RowExclusiveLock' AND granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
)

_OLDEST = text(
    """SELECT recorded_at FROM event WHERE event_id > :after AND published
         AND (:any_type OR entity_type = ANY(:entity_types)) ORDER BY event_id LIMIT 1"""
).bindparams(bindparam("after", type_=BigInteger))

_COUNT = text(
    """SELECT count(*) FROM (
         SELECT FROM event WHERE event_id > :after AND published
           AND (:any_type OR entity_type = ANY(:entity_types)) LIMIT :at_most) AS waiting"""
).bindparams(bindparam("after", type_=BigInteger))


class LogRestored(Exception):
    """The log is not the one that was read: it was restored, emptied or made again. Its epoch must be raised."""


class StoredEvent(Struct, frozen=True):
    """One row of the event table. `data_json` and `meta_json` are the stored JSON texts, parsed only on demand.

    Its fields are those of `EVENT_COLUMNS`, in their order.
    """

    event_id: int
    entity_type: str
    entity_id: UUID
    version: int
    previous_version: int | None
    change: str
    data_json: str
    meta_json: str
    traceparent: str | None
    occurred_at: datetime
    recorded_at: datetime
    published: bool

    @property
    def data(self) -> Mapping[str, Any]:
        """The public state of the entity after the change."""
        parsed: dict[str, Any] = orjson.loads(self.data_json)
        return parsed

    @property
    def meta(self) -> Mapping[str, Any]:
        """Who and why; never leaves the service."""
        parsed: dict[str, Any] = orjson.loads(self.meta_json)
        return parsed


@dataclass(frozen=True, slots=True)
class _Barrier:
    """Transactions that may still fill holes below `ceiling`."""

    ceiling: int
    writers: frozenset[str]


class LogReader:
    """Reads one service's events as a sequence that only ever grows at its end.

    "Greater than the last `event_id` that I saw" would lose events: a number is drawn by the INSERT and its row becomes
    visible by the COMMIT, so a transaction that draws 1 and commits after 2 would never be read. A hole therefore stops
    the reader until every transaction that was writing events when the hole was seen has ended; a hole that a snapshot
    taken after that still shows was rolled back. Limit: a rolled-back INSERT delays readers by the longest of those
    transactions, 5 s at most; one that writes no event holds nothing back (decision 0001; the tests of `test_event_log`
    show what is lost, or out of order, without the rule). `event_id` gives each entity's order only because an event is
    inserted while its entity's row is locked. One reader serves one task at a time.
    """

    def __init__(self, database: Database) -> None:
        # Autocommit: each statement below needs a snapshot of its own, and none may idle in a transaction.
        self._engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._barrier: _Barrier | None = None
        self._settled = 0
        self._last: StoredEvent | None = None
        self.blocked = False

    async def read(self, after: int, limit: int) -> Sequence[StoredEvent]:
        """Events after `after`, at most `limit`, up to the first hole that may still be filled.

        `blocked` then tells whether such a hole ended the answer, so that the caller comes back soon. Raises
        LogRestored when the event at `after`, given out by this reader, is not what stands there now.
        """
        rows = await self._fetch(after, limit)
        contiguous = self._contiguous(rows, after)
        if len(contiguous) < len(rows) and await self._advance():
            rows = await self._fetch(after, limit)  # a snapshot younger than the last of the writers
            contiguous = self._contiguous(rows, after)
        self.blocked = len(contiguous) < len(rows)
        if contiguous:
            self._last = contiguous[-1]
        return contiguous

    def stand_on(self, event: StoredEvent) -> None:
        """Go on from `event` as if this reader had given it out."""
        self._last = event

    def _contiguous(self, rows: Sequence[StoredEvent], after: int) -> Sequence[StoredEvent]:
        expected = after + 1
        for index, row in enumerate(rows):
            if row.event_id != expected and row.event_id > self._settled:
                return rows[:index]
            expected = row.event_id + 1
        return rows

    async def _advance(self) -> bool:
        """Move the point below which no hole can be filled any more; False when a writer still runs.

        `tail` is read before `writers`: a writer below `tail` that is no longer listed has ended, and the next reading
        sees its row. The other way round, one that begins between the two would be taken for rolled back and its event
        skipped. The barrier waits for the writers of its own moment: if it waited for later ones too, a busy service
        would never get past a hole. Costs two statements and a second reading, and only where a hole was met.
        """
        tail = await self.tail()
        writers = await self._writers()
        if self._barrier is None:
            self._barrier = _Barrier(tail, writers)
        pending = self._barrier.writers & writers
        if pending:
            self._barrier = _Barrier(self._barrier.ceiling, pending)
            return False
        # With no writer left later holes are final too: `tail` was read before `writers`.
        self._settled = max(self._settled, self._barrier.ceiling if writers else tail)
        self._barrier = _Barrier(tail, writers) if writers and tail > self._settled else None
        return True

    async def tail(self) -> int:
        """The newest visible `event_id`, 0 for an empty log."""
        async with self._engine.connect() as connection:
            return int((await connection.execute(_TAIL)).scalar_one())

    async def newest(self, upto: int, limit: int) -> Sequence[StoredEvent]:
        """The last `limit` events up to this place, in the order of the log."""
        async with self._engine.connect() as connection:
            result = await connection.execute(_READ_BACK, {"upto": upto, "limit": limit})
            return [StoredEvent(*row) for row in result][::-1]

    async def settled_tail(self, wait_seconds: float) -> int | None:
        """The newest visible `event_id`, when no event before it can come any more; None when that takes too long.

        As in `_advance`, the writers are read after the tail: one below it is among them, or has ended.
        """
        tail, until = await self.tail(), time.monotonic() + wait_seconds
        writers = await self._writers()
        while writers:
            if time.monotonic() > until:
                return None
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            writers &= await self._writers()
        return tail

    async def epoch(self) -> int:
        """The log's epoch: 1, raised by every restore."""
        async with self._engine.connect() as connection:
            return int((await connection.execute(text("SELECT epoch FROM log_epoch"))).scalar_one())

    async def find(self, event_id: int) -> StoredEvent | None:
        """The event at this place, if the log holds one."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(_FIND, {"event_id": event_id})).first()
            return None if row is None else StoredEvent(*row)

    async def lost(self, event_id: int, recorded_at: datetime | None) -> bool:
        """Whether an event that was read once, and that the log does not hold, is lost.

        Months are archived from the oldest on: an event recorded before the oldest one kept says nothing. One of a
        number that was not drawn yet is lost. `recorded_at` is None where it is not known; then the numbers decide.
        """
        async with self._engine.connect() as connection:
            ends = (await connection.execute(_ENDS)).one()
        if ends.last_drawn is not None and event_id > ends.last_drawn:
            return True
        if ends.event_id is None:
            return False
        if recorded_at is None:
            return bool(event_id >= ends.event_id)
        # Where the very first event is kept nothing was archived, whatever clocks said.
        return bool(ends.event_id == 1 or recorded_at >= ends.recorded_at)

    async def read_entity(self, entity_id: UUID, limit: int, *, after: int = 0) -> Sequence[StoredEvent]:
        """The first `limit` committed events of one entity after a version, oldest version first."""
        async with self._engine.connect() as connection:
            result = await connection.execute(_READ_ENTITY, {"entity_id": entity_id, "after": after, "limit": limit})
            return [StoredEvent(*row) for row in result]

    async def oldest_unsent_at(self, after: int, *, entity_types: Sequence[str] | None = None) -> datetime | None:
        """When the oldest published event after `after` was recorded; None when there is none."""
        values = _wanted(after, entity_types)
        async with self._engine.connect() as connection:
            recorded_at: datetime | None = (await connection.execute(_OLDEST, values)).scalar_one_or_none()
            return recorded_at

    async def count_after(
        self, after: int, *, entity_types: Sequence[str] | None = None, at_most: int = 100_000
    ) -> int:
        """How many published events come after `after`, counted up to `at_most` so that the cost has a limit."""
        values = _wanted(after, entity_types) | {"at_most": at_most}
        async with self._engine.connect() as connection:
            return int((await connection.execute(_COUNT, values)).scalar_one())

    async def _fetch(self, after: int, limit: int) -> list[StoredEvent]:
        """The rows after `after`, and before them, in the same statement, the last row that this reader gave out.

        Where another event or none stands in its place, the log was restored under the reader. A statement of its own
        would leave a moment between the look and the reading, in which a restore goes unnoticed: the reader would go on
        from a number that means another event now, with no gap and no lag to show it. Costs one row for each reading.
        An event whose month was archived is no restore (decision 0010; `test_restored_log`).
        """
        last = self._last if self._last is not None and self._last.event_id == after else None
        values = {"first": after + 1, "limit": limit} if last is None else {"first": after, "limit": limit + 1}
        async with self._engine.connect() as connection:
            result = await connection.execute(_READ, values)
            rows = [StoredEvent(*row) for row in result]
        if last is None:
            return rows
        if rows and rows[0].event_id == after:
            if _said(rows[0]) != _said(last):
                raise LogRestored(f"another event stands at position {after}")
            return rows[1:]
        if await self.lost(after, last.recorded_at):
            raise LogRestored(f"the event at position {after} is gone")
        return rows[:limit]

    async def _writers(self) -> frozenset[str]:
        async with self._engine.connect() as connection:
            return frozenset((await connection.execute(_WRITERS)).scalars())


def _said(event: StoredEvent) -> StoredEvent:
    """What a mark is made of: the columns that also travel."""
    return replace(event, meta_json="", traceparent=None, published=True)


def _wanted(after: int, entity_types: Sequence[str] | None) -> dict[str, Any]:
    return {"after": after, "any_type": entity_types is None, "entity_types": list(entity_types or ())}
