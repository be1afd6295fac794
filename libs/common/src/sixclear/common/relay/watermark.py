"""The active relay says on the bus how far it has come, so that readers know what it may keep back."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from sixclear.common.bus.dead_letters import reason_of
from sixclear.common.bus.kafka import BatchProducer, BrokerView
from sixclear.common.bus.watermark import TOPIC, TOPIC_SETTINGS, Statement, encode
from sixclear.common.clock import Clock
from sixclear.common.events.log import EventLog
from sixclear.common.relay.cursor import Cursor

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where the log ended at an instant."""

    tail: int
    at: datetime


class WatermarkWriter:
    """States every `every_seconds` up to which instant everything was sent.

    The log's end is noted with the time before it was read; once the cursor has passed it, all that was committed
    before that time is acknowledged. Compared at the same moment the two would never meet under constant writes. A
    statement that cannot be sent is left out, and readers go by its age: it never disturbs the sending of events.
    """

    def __init__(
        self,
        event_log: EventLog,
        producer: BatchProducer,
        view: BrokerView,
        cursor: Callable[[], Cursor],
        clock: Clock,
    ) -> None:
        self._event_log = event_log
        self._reader = event_log.reader()
        self._producer = producer
        self._view = view
        self._cursor = cursor
        self._clock = clock
        self._topic_made = False
        self._mark: _Mark | None = None
        self._complete_at: datetime | None = None

    async def run(self, every_seconds: float) -> None:
        """State until cancelled."""
        while True:
            try:
                await self._state()
            except Exception as error:
                self._topic_made = False
                _log.debug("watermark not stated", service=self._event_log.service, error=reason_of(error))
            await asyncio.sleep(every_seconds)

    async def _state(self) -> None:
        cursor = self._cursor()
        if self._mark is None:
            self._mark = await self._look()
            cursor = self._cursor()
        if cursor.position >= self._mark.tail:
            self._complete_at, self._mark = self._mark.at, None
        statement = Statement(
            service=self._event_log.service,
            epoch=cursor.epoch,
            position=cursor.position,
            complete_at=self._complete_at,
        )
        await self._make_topic()
        await self._producer.send(TOPIC, 0, [encode(statement)])

    async def _look(self) -> _Mark:
        at = self._clock()
        return _Mark(await self._reader.tail(), at)

    async def _make_topic(self) -> None:
        if not self._topic_made:
            if TOPIC not in await self._view.partitions():
                await self._view.create([TOPIC], partitions=1, settings=TOPIC_SETTINGS)
            self._topic_made = True
