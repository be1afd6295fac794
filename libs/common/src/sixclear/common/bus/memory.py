"""The in-process bus: no second broker, only readers of the producing services' logs."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal

from sixclear.common.bus.envelope import from_stored
from sixclear.common.bus.protocol import Lag, Message, Position, Subscription
from sixclear.common.clock import Clock, utc_now
from sixclear.common.event_log import EventLog
from sixclear.common.log_reader import LogReader, StoredEvent

# While a hole waits for its writer: nobody wakes us when that one rolls back.
_BLOCKED_WAIT_SECONDS = 0.01


class MemoryBus:
    """Joins the services of one process. `logs` (service → its log) may still grow until a subscription is opened."""

    kind: Literal["memory", "kafka"] = "memory"

    def __init__(self, logs: Mapping[str, EventLog], clock: Clock = utc_now) -> None:
        self._logs = logs
        self._clock = clock

    def subscribe(self, group: str, topics: Sequence[str]) -> Subscription:
        """A subscription to topics of services in this process; their logs are looked up when it is opened."""
        return MemorySubscription(self._logs, topics, self._clock)

    async def send_dead_letter(self, group: str, message: Message, reason: str) -> None:
        """Nothing more to do: the consumer's own table keeps the message."""

    async def close(self) -> None:
        """Nothing is shared between subscriptions."""


class _Source:
    """One service's log as one stream."""

    def __init__(self, log: EventLog, entity_types: frozenset[str]) -> None:
        self.log = log
        self.entity_types = entity_types
        self.stream = f"log:{log.service}"
        self.reader: LogReader = log.reader()
        self.after = 0
        self.epoch = 1
        self.generation = 0

    async def open(self, position: Position | None) -> None:
        self.epoch = await self.reader.epoch()
        self.after = position.offset - 1 if position is not None and await self._same_log(position) else 0

    async def _same_log(self, position: Position) -> bool:
        if position.last_position is None:
            return False
        return position.epoch == self.epoch and await self.reader.contains(position.last_position)

    async def read(self, limit: int) -> list[Message]:
        """The next wanted events; an empty answer means that the log has none for now."""
        self.generation = self.log.generation
        while rows := await self.reader.read(self.after, limit):
            self.after = rows[-1].event_id
            wanted = [self._message(row) for row in rows if row.published and row.entity_type in self.entity_types]
            if wanted:
                return wanted
        return []

    def _message(self, row: StoredEvent) -> Message:
        envelope = from_stored(row, self.log.service, self.epoch)
        return Message(self.stream, row.event_id, envelope.topic, envelope)


class MemorySubscription:
    """Reads the logs that own the subscribed topics, each as one stream; an offset is an `event_id`."""

    def __init__(self, logs: Mapping[str, EventLog], topics: Sequence[str], clock: Clock) -> None:
        self._logs = logs
        self._clock = clock
        self._entity_types: dict[str, set[str]] = defaultdict(set)
        for topic in topics:
            _, service, entity_type, _ = topic.split(".")
            self._entity_types[service].add(entity_type)
        self._sources: list[_Source] = []

    async def open(self, positions: Mapping[str, Position]) -> None:
        """See `Subscription.open`. Raises LookupError when a producing service is not in this process."""
        missing = sorted(set(self._entity_types) - set(self._logs))
        if missing:
            raise LookupError(f"no event log of {', '.join(missing)} in this process; set a Kafka address to join them")
        sources = [
            _Source(self._logs[service], frozenset(entity_types))
            for service, entity_types in sorted(self._entity_types.items())
        ]
        for source in sources:
            await source.open(positions.get(source.stream))
        self._sources = sources

    async def fetch(self, limit: int, timeout_seconds: float) -> Sequence[Message]:
        """See `Subscription.fetch`."""
        share = max(1, limit // max(1, len(self._sources)))
        deadline = asyncio.get_running_loop().time() + timeout_seconds
        while True:
            messages = [message for source in self._sources for message in await source.read(share)]
            left = deadline - asyncio.get_running_loop().time()
            if messages or left <= 0:
                return messages
            await self._wait(left)

    async def _wait(self, seconds: float) -> None:
        """Until one of the logs has news."""
        if any(source.reader.blocked for source in self._sources):
            seconds = min(seconds, _BLOCKED_WAIT_SECONDS)
        waits = [asyncio.ensure_future(source.log.wait(seconds, seen=source.generation)) for source in self._sources]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def lag(self) -> Lag:
        """See `Subscription.lag`; exact up to a hundred thousand per service."""
        by_stream: dict[str, int] = {}
        oldest = None
        for source in self._sources:
            entity_types = sorted(source.entity_types)
            by_stream[source.stream] = await source.reader.count_after(source.after, entity_types=entity_types)
            if by_stream[source.stream]:
                recorded_at = await source.reader.oldest_unsent_at(source.after, entity_types=entity_types)
                oldest = min(filter(None, (oldest, recorded_at)), default=None)
        messages = sum(by_stream.values())
        seconds = 0.0 if oldest is None else max(0.0, (self._clock() - oldest).total_seconds())
        return Lag(messages, seconds, by_stream)

    async def close(self) -> None:
        """Nothing is held between two reads."""
        self._sources = []
