"""Deleting from the broker what was purged, once everything that stays was sent again behind it."""

import time
from collections.abc import Collection, Sequence

import structlog

from sixclear.common.bus.kafka import BrokerView, KafkaFailed
from sixclear.common.events.log import EventLog
from sixclear.common.relay.cursor import Cursor, CursorStore, PlacedPurge

_log = structlog.get_logger(__name__)

_AFTER_FAILURE_SECONDS = 30.0


async def begin_again(
    event_log: EventLog, store: CursorStore, view: BrokerView, cursor: Cursor, entity_types: Collection[str]
) -> None:
    """Go back to `cursor`, and note where the topics of `entity_types` end before anything is sent again.

    Noted later, the offsets would be above records that were sent again, and those would be deleted, too.
    """
    partitions, ends = await view.partitions(), {}
    for entity_type in sorted(entity_types):
        topic = event_log.topic(entity_type)
        found = await view.ends([(topic, number) for number in range(partitions.get(topic, 0))])
        ends[entity_type] = {number: end for (_, number), end in found.items()}
    tail = await event_log.reader().tail()  # after the ends: what is below them was committed before
    await store.begin_again(cursor, ends, tail)


class Clearing:
    """The purges that the active relay has still to bring to the broker."""

    def __init__(
        self, event_log: EventLog, store: CursorStore, view: BrokerView, purges: Sequence[PlacedPurge]
    ) -> None:
        self._event_log = event_log
        self._store = store
        self._view = view
        self._purges = list(purges)
        self._not_before = 0.0

    async def run(self, sent: int) -> None:
        """Delete the records of purges whose log is sent again up to their position; costs nothing when there are none.

        A broker that refuses stops no events: it is asked again every half minute, and the log says so each time.
        """
        while self._purges and self._purges[0].position <= sent and time.monotonic() >= self._not_before:
            purge = self._purges[0]
            try:
                await self._clear(purge)
            except KafkaFailed as error:
                self._not_before = time.monotonic() + _AFTER_FAILURE_SECONDS
                _log.error("the broker still holds what was purged", service=self._event_log.service, error=str(error))
                return
            await self._store.note_cleared(purge)
            _log.warning("purged from the broker", service=self._event_log.service, entity_id=str(purge.entity_id))
            del self._purges[0]

    async def _clear(self, purge: PlacedPurge) -> None:
        topic = self._event_log.topic(purge.entity_type)
        await self._view.delete_before({(topic, number): end for number, end in purge.offsets.items()})
        letters = await self._view.ends_of_key(str(purge.entity_id).encode(), suffix=".dlq")
        await self._view.delete_before(letters)
