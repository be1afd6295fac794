"""Following a service's own event log: in order, from a stored position on, within milliseconds of a commit."""

import asyncio
from collections.abc import Sequence

from sixclear.common.bus.deadlines import first_of
from sixclear.common.bus.envelope import from_stored
from sixclear.common.bus.marks import mark_of
from sixclear.common.bus.protocol import Position
from sixclear.common.events.log import EventLog
from sixclear.common.events.reader import LogRestored, StoredEvent

# A rollback wakes no reader, so a reader that is held back by an open transaction looks again this soon.
_BLOCKED_WAIT_SECONDS = 0.01


class LogFollower:
    """Hands out the events of one log in order after `position`, which moves with what it hands out.

    It never passes a transaction that commits late (see LogReader). A log that was restored under it is noticed by
    `begin` and by `read`, which raise the log's epoch; all must then be read again from the first event. `epoch` is the
    one in which it reads. One follower serves one task at a time; `same_epoch` alone may be asked from another.
    """

    def __init__(self, log: EventLog, position: int = 0, epoch: int = 1) -> None:
        self.log = log
        self.reader = log.reader()
        self.position = position
        self.epoch = epoch
        self._seen = 0

    async def begin(self, stored: Position | None) -> None:
        """Go on after a stored position of this log, or from the first event where the log is no longer the same one.

        A log that was put back from a dump counts the same numbers again for other events. A reader that trusted the
        number alone would keep what was lost and never see what took its place, with no gap, no lag, and over every
        restart. So the event at the position is compared with its stored hash. Costs one row at each opening. Limit: a
        position of before there were hashes is trusted until it moves (decision 0010; `test_restored_log`).

        Raises LogIncomplete while a restore runs.
        """
        self.epoch = await self.reader.epoch()
        self.position = 0
        if stored is None or stored.last_position is None or stored.epoch < self.epoch:
            return
        if (why := await self._restored(stored, stored.last_position)) is not None:
            self.epoch = await self.log.restored(why, read_in=stored.epoch)
        else:
            self.position = stored.offset - 1

    async def _restored(self, stored: Position, place: int) -> str | None:
        """Why the log cannot be the one that was read up to `stored`; None where it may well be."""
        if stored.epoch > self.epoch:
            return f"epoch {stored.epoch} was read, and it is {self.epoch} now"
        row, mark = await self.reader.find(place), stored.mark
        if row is None:
            recorded_at = None if mark is None else mark.recorded_at
            return f"the event at position {place} is gone" if await self.reader.lost(place, recorded_at) else None
        if mark is not None and not mark.same_event(mark_of(from_stored(row, self.log.service, self.epoch))):
            return f"another event stands at position {place}"
        self.reader.stand_on(row)
        return None

    async def read(self, limit: int) -> Sequence[StoredEvent]:
        """The next events, at most `limit`; empty when there are none for now.

        Raises LogRestored, after raising the log's epoch, when the log is no longer the one that was read.
        """
        self._seen = self.log.generation
        try:
            rows = await self.reader.read(self.position, limit)
        except LogRestored as error:
            await self.log.restored(str(error), read_in=self.epoch)
            raise
        if rows:
            self.position = rows[-1].event_id
        return rows

    async def same_epoch(self) -> bool:
        """Whether the log's epoch is still the one in which this reads; a hand or a restore may have changed it."""
        return await self.reader.epoch() == self.epoch

    async def wait(self, seconds: float) -> None:
        """Return when events were committed since the last `read`, or after `seconds`; soon while a hole may fill."""
        await self.log.wait(min(seconds, _BLOCKED_WAIT_SECONDS) if self.reader.blocked else seconds, seen=self._seen)


async def wait_for_events(
    followers: Sequence[LogFollower], seconds: float, stopping: asyncio.Event | None = None
) -> None:
    """Return when one of the logs may have more, when `stopping` is set, or after `seconds`.

    A wake may be lost, because it is a NOTIFY without a receipt: `seconds` is how late an event can then be read.
    """
    waits = [follower.wait(seconds) for follower in followers]
    await first_of([*waits, *([stopping.wait()] if stopping is not None else [])], seconds)
