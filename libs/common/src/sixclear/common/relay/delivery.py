"""What the active relay does: follows the log, sends it, keeps the cursor, and watches that the broker still has it."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace

from sixclear.common.bus.batching import BatchSize
from sixclear.common.bus.deadlines import end_quietly
from sixclear.common.bus.follower import LogFollower, wait_for_events
from sixclear.common.bus.kafka import BrokerView, KafkaFailed
from sixclear.common.events.log import EventLog, StoredEvent
from sixclear.common.relay.clearing import Clearing
from sixclear.common.relay.cursor import Cursor, CursorStore, Replay
from sixclear.common.relay.proof import require_acknowledged
from sixclear.common.relay.sending import Sending


class Delivery:
    """Sends the log from the cursor on, and again on request, for as long as the producer lives.

    The cursor is saved after the acknowledgements. Saved before, a crash between the two would skip events for good;
    after, it sends them again, which is harmless, because consumers go by the entity's version. A batch that failed
    saves how far it came, too (`finally`): else each new life would send the acknowledged part again. Costs one
    small transaction for each batch (`test_kill_9_of_the_relay_loses_nothing`).
    """

    def __init__(
        self,
        event_log: EventLog,
        store: CursorStore,
        sending: Sending,
        size: BatchSize,
        stopping: asyncio.Event,
        on_saved: Callable[[Cursor], None],
        clearing: Clearing,
    ) -> None:
        self._event_log = event_log
        self._follower = LogFollower(event_log, sending.cursor.position, sending.cursor.epoch)
        self._store = store
        self._sending = sending
        self._size = size
        self._stopping = stopping
        self._on_saved = on_saved
        self._clearing = clearing

    async def run(self, poll_seconds: float) -> None:
        """Send until `stopping` is set; raises LogRestored, LogEmptied, and failures of broker and database.

        A request to send again wakes no relay: it is seen at the next poll.
        """
        ahead: Sequence[StoredEvent] = ()
        while not self._stopping.is_set():
            if (replay := await self._store.next_replay()) is not None:
                await self._serve(replay)
                ahead = ()
            await self._clearing.run(self._sending.cursor.position)
            rows = ahead or await self._follower.read(self._size.current)
            ahead = ()
            if rows:
                ahead = await self._send(rows)
            elif not self._stopping.is_set():
                await wait_for_events([self._follower], poll_seconds, self._stopping)

    async def _send(self, rows: Sequence[StoredEvent]) -> Sequence[StoredEvent]:
        """Send `rows`; after a full batch, while it is on its way, the next ones are read: those.

        A batch that was not full has emptied the log, and what came since is read later, in one batch.
        """
        full = len(rows) >= self._size.current
        reading = asyncio.ensure_future(self._follower.read(self._size.current)) if full else None
        try:
            await self._sending.send(rows)
        except BaseException:
            if reading is not None:
                await end_quietly(reading)
            raise
        finally:
            await self._save(self._sending.cursor)
        self._size.grow(len(rows))
        return () if reading is None else await reading

    async def _save(self, cursor: Cursor) -> None:
        await self._store.save(cursor)
        self._on_saved(cursor)

    async def _serve(self, replay: Replay) -> None:
        sending = self._sending
        if replay.entity_id is not None:
            reader, after = self._event_log.reader(), 0
            while rows := await reader.read_entity(replay.entity_id, self._size.current, after=after):
                await sending.send_again(rows)
                after = rows[-1].version
        else:
            position = min(sending.cursor.position, max(0, (replay.from_position or 1) - 1))
            sending.cursor = replace(sending.cursor, position=position)
        self._follower.position = sending.cursor.position
        await self._store.save(sending.cursor, served=replay)

    async def check(self, view: BrokerView, every_seconds: float) -> None:
        """Return when the log's epoch was changed; raises LogEmptied when the broker lost what it had acknowledged."""
        while True:
            await asyncio.sleep(every_seconds)
            with contextlib.suppress(KafkaFailed):  # away, not emptied; sending reports it
                await require_acknowledged(view, self._sending.cursor.offsets)
            if not await self._follower.same_epoch():
                return
