"""What a source says of itself: how many entities stand where, with the position in its log at which that holds.

A reader that folds the log up to that position must count the same, so a census finds events that were lost on the way,
and counters that are wrong. No service asks another one for it: it travels as an event like all others.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

import structlog
from pydantic import Field
from sqlalchemy import Row, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import Clock, civil_date
from sixclear.common.events.catalogue import EventData
from sixclear.common.events.log import EventLog, NewEvent
from sixclear.common.events.settled import Settled, WritersBusy, settled
from sixclear.common.ids import stable_id

ENTITY_TYPE = "census"
STATED = "stated"
# A civil day begins with such an interval: the first census after midnight closes the day before.
EVERY = timedelta(minutes=10)

DDL_V1: list[str] = [
    """CREATE TABLE census (
         only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
         version integer NOT NULL DEFAULT 0,
         counted_at timestamptz
       )""",
    "INSERT INTO census DEFAULT VALUES",
]

_LAST = text("SELECT version, counted_at FROM census")
# Of two replicas that count at the same time the second finds the row changed since its snapshot, and is refused.
_NEXT = text("UPDATE census SET version = version + 1, counted_at = :at RETURNING version")
_SERIALIZATION_FAILURE = "40001"

_log = structlog.get_logger(__name__)

_LOOK_SECONDS = 5.0
_STOP_SECONDS = 1.0
# Each wait holds up other writers, by far less than they wait for a lock (3 s); tried every five seconds, longer waits
# are not needed.
_WAITS_SECONDS = (0.2, 0.3, 0.5, 1.0)


class CensusCount(EventData):
    """How many entities stand in one state: of a group, or in all where `group` is null."""

    group: str | None
    state: str
    count: int


class CensusData(EventData):
    """The counts of a source. They hold exactly at `position` in its log of `epoch`, as at the instant `counted_at`.

    What is not named is zero. `day_ended` is the civil day that had ended since the census before.
    """

    change: Literal["stated"]
    census_id: UUID
    epoch: int
    position: int
    counted_at: datetime
    day_ended: date | None
    counts: list[CensusCount] = Field(max_length=10_000)


Count = Callable[[AsyncSession, datetime], Awaitable[Sequence[CensusCount]]]


def interval_of(at: datetime) -> int:
    """The number of the ten minutes in which an instant lies; two instants of one interval have the same."""
    return int(at.timestamp() // EVERY.total_seconds())


class Census:
    """States the counts of `log` in each interval once, whatever number of replicas does so."""

    def __init__(self, log: EventLog, count: Count, clock: Clock) -> None:
        self._log = log
        self._count = count
        self._clock = clock
        self._looked = clock()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to follow the clock. A log without a census has its first one with the next interval."""
        self._looked = self._clock()
        self._task = asyncio.create_task(self._run(), name=f"{self._log.service} census")

    async def stop(self) -> None:
        """End within a second."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=_STOP_SECONDS)
            self._task = None

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                await self.state_if_due(wait_seconds=_WAITS_SECONDS[min(failures, len(_WAITS_SECONDS) - 1)])
                failures = 0
            except WritersBusy:
                failures += 1
            except Exception as error:
                failures += 1
                _log.warning("census not stated", service=self._log.service, error=repr(error))
            await asyncio.sleep(_LOOK_SECONDS)

    async def state_if_due(self, *, wait_seconds: float = _WAITS_SECONDS[-1]) -> bool:
        """State the counts unless a replica has in this interval; whether this one did.

        Raises WritersBusy where writers leave no moment within `wait_seconds`; nothing is stated then.
        """
        now = self._clock()
        async with self._log.database.session() as session:
            last = (await session.execute(_LAST)).one()
        if interval_of(last.counted_at or self._looked) >= interval_of(now):
            return False
        try:
            async with settled(self._log.database, wait_seconds) as place:
                last = (await place.session.execute(_LAST)).one()
                if last.counted_at is not None and interval_of(last.counted_at) >= interval_of(now):
                    return False
                await self._state(place, last, self._clock())
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == _SERIALIZATION_FAILURE:
                return False  # another replica was first
            raise
        self._log.wake()
        return True

    async def _state(self, place: Settled, last: Row[tuple[int, datetime | None]], now: datetime) -> None:
        counts = await self._count(place.session, now)
        version: int = (await place.session.execute(_NEXT, {"at": now})).scalar_one()
        today, before = civil_date(now), civil_date(last.counted_at or now)
        data = CensusData(
            change=STATED,
            census_id=stable_id(ENTITY_TYPE, self._log.service),
            epoch=place.epoch,
            position=place.position,
            counted_at=now,
            day_ended=today - timedelta(days=1) if before < today else None,
            counts=sorted(counts, key=lambda item: (item.group or "", item.state)),
        )
        event = NewEvent(
            entity_type=ENTITY_TYPE,
            entity_id=data.census_id,
            version=version,
            previous_version=version - 1 or None,
            change=STATED,
            data=data.model_dump(mode="json"),
            occurred_at=now,
        )
        await self._log.publish(place.session, event, recorded_at=now)
