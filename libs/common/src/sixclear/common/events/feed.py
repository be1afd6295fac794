"""Reading a log page by page over HTTP: from where, up to where, and what of it everyone may read."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.errors import DomainError, Unavailable
from sixclear.common.events.catalogue import EventCatalogue
from sixclear.common.events.log import EventLog
from sixclear.common.events.reader import LogReader, LogRestored, StoredEvent

# Rows that one request reads at most: a caller that may read few of them gets a short page and goes on.
_CHUNK, _MOST_CHUNKS = 500, 10
_SETTLE_SECONDS = 5.5  # a transaction lasts 5 s at most

# Which of these events, by `event_id`, the caller may read.
Sees = Callable[[Sequence[StoredEvent]], Awaitable[Collection[int]]]

_NEWEST = text(
    """SELECT DISTINCT ON (entity_type, entity_id) entity_type, entity_id, version, change FROM event
       WHERE entity_id = ANY (:entity_ids) AND published ORDER BY entity_type, entity_id, version DESC"""
).bindparams(bindparam("entity_ids", type_=ARRAY(PgUUID(as_uuid=True))))


class LogPositionGone(DomainError):
    code, status, title = "log-position-gone", 410, "The log does not go on from this position"
    meaning = (
        "The log was restored, something was taken out of it, or its oldest months were archived, since the position "
        "was given out. What lies between cannot be told."
    )
    remedy = (
        "Drop what you kept of this log and begin again: without `after` for all events, or with `begin=newest`, and "
        "read the lists afterwards."
    )


@dataclass(frozen=True, slots=True)
class Place:
    """After which event a reader goes on, in the log of which epoch."""

    epoch: int
    position: int


@dataclass(frozen=True, slots=True)
class LogPage:
    """What a caller may read after a place, and from where it goes on; `at_end` when nothing more was there."""

    events: Sequence[StoredEvent]
    place: Place
    at_end: bool


async def readable_by_all(
    session: AsyncSession, catalogue: EventCatalogue, events: Sequence[StoredEvent]
) -> Collection[int]:
    """Those of these events that everyone may read: published, and not of an entity that was withdrawn since.

    Of a withdrawn one only the withdrawal is left, though the bus still holds what was public: to tell it now is a
    reading, and the rule of now decides. One that is public again is told with its earlier public versions.
    """
    withdrawals = {kind.entity_type: kind.withdrawal for kind in catalogue.entities if kind.withdrawal}
    ids = {event.entity_id for event in events if event.published and event.entity_type in withdrawals}
    gone: dict[tuple[str, UUID], int] = {}
    for row in await session.execute(_NEWEST, {"entity_ids": list(ids)}) if ids else ():
        if row.change == withdrawals.get(row.entity_type):
            gone[row.entity_type, row.entity_id] = row.version
    return {
        event.event_id
        for event in events
        if event.published and event.version >= gone.get((event.entity_type, event.entity_id), 0)
    }


def _told_place(events: Sequence[StoredEvent], seen: Collection[int], before: int) -> int:
    """The last of these places that may be told, else `before`: an event that is shown, or the last of a chunk."""
    numbers = [event.event_id for event in events]
    return max([before, *(number for number in numbers if number in seen or number % _CHUNK == 0)])


class LogFeed:
    """Pages of one service's log for any number of readers of one process.

    All of them share one reader, one at a time: only a reader that lives long gets past the hole of a transaction that
    was rolled back while others always write. Costs each request two statements beside its rows.
    """

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._turn = asyncio.Lock()

    @cached_property
    def _reader(self) -> LogReader:
        """Made with the first page: most processes are never asked for one."""
        return self._log.reader()

    async def begin(self, sees: Sees, *, newest: bool) -> Place:
        """Where a reader begins: before the oldest event that is kept, or after the newest that the caller may read.

        No event comes before the newest one later: those that were being written are waited for. Raises Unavailable
        when that takes too long.
        """
        epoch = await self._reader.epoch()
        if not newest:
            return Place(epoch, 0)
        position = await self._reader.settled_tail(_SETTLE_SECONDS)
        if position is None:
            raise Unavailable
        events = await self._reader.newest(position, _CHUNK)
        oldest = events[0].event_id if events else 0
        return Place(epoch, _told_place(events, await sees(events), oldest))

    async def read(self, after: Place, limit: int, sees: Sees) -> LogPage:
        """At most `limit` events after a place, in the order of the log; raises LogPositionGone.

        At the end the place does not move with what the caller may not read: who asks each second would hear when each
        such event came. What comes after the place is looked at again, which is at most one chunk.
        """
        await self._check(after)
        shown: list[StoredEvent] = []
        position, told, at_end = after.position, after.position, False
        for _ in range(_MOST_CHUNKS):
            events = await self._chunk(position)
            seen = await sees(events)
            told = _told_place(events, seen, told)
            for event in events:
                position = event.event_id
                if event.event_id in seen:
                    shown.append(event)
                if len(shown) == limit:
                    break
            at_end = len(events) < _CHUNK and (not events or position == events[-1].event_id)
            if at_end or len(shown) == limit:
                break
        if await self._reader.epoch() != after.epoch:
            raise LogPositionGone
        return LogPage(shown, Place(after.epoch, told if at_end else position), at_end)

    async def _check(self, after: Place) -> None:
        """The epoch is that of now, and the event at the place is kept: what came after it is then kept too."""
        if after.epoch != await self._reader.epoch():
            raise LogPositionGone
        if after.position and await self._reader.find(after.position) is None:
            raise LogPositionGone

    async def _chunk(self, position: int) -> Sequence[StoredEvent]:
        async with self._turn:
            try:
                return await self._reader.read(position, _CHUNK)
            except LogRestored as error:
                raise LogPositionGone from error
