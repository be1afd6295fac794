"""The in-process bus: no second broker, only readers of the producing services' logs."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal

from sixclear.common.bus.envelope import from_stored
from sixclear.common.bus.marks import mark_of
from sixclear.common.bus.protocol import Lag, Message, Position, Subscription, SubscriptionLost
from sixclear.common.clock import Clock, seconds_since, utc_now
from sixclear.common.events.log import EventLog
from sixclear.common.events.reader import LogReader, LogRestored, StoredEvent

# While a hole waits for its writer: nobody wakes us when that one rolls back.
_BLOCKED_WAIT_SECONDS = 0.01
_EPOCH_EVERY_SECONDS = 2.0


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
        self.after = 0
        if position is None or position.last_position is None or position.epoch < self.epoch:
            return
        if (why := await self._restored(position, position.last_position)) is not None:
            self.epoch = await self.log.restored(why, read_in=position.epoch)
        else:
            self.after = position.offset - 1

    async def _restored(self, position: Position, place: int) -> str | None:
        """Why the log cannot be the one that was read up to `position`; None where it may well be."""
        if position.epoch > self.epoch:
            return f"epoch {position.epoch} was read, and it is {self.epoch} now"
        row, mark = await self.reader.find(place), position.mark
        if row is None:
            recorded_at = None if mark is None else mark.recorded_at
            return f"the event at position {place} is gone" if await self.reader.lost(place, recorded_at) else None
        if mark is not None and not mark.same_event(mark_of(from_stored(row, self.log.service, self.epoch))):
            return f"another event stands at position {place}"
        self.reader.stand_on(row)
        return None

    async def check_epoch(self) -> None:
        """Raises SubscriptionLost when the epoch is another one: raised by a hand, or set back by a restore."""
        epoch = await self.reader.epoch()
        if epoch != self.epoch:
            raise SubscriptionLost(f"the epoch of {self.log.service} is {epoch} now, {self.epoch} was read")

    async def read(self, limit: int) -> list[Message]:
        """The next wanted events; an empty answer means that the log has none for now.

        Raises SubscriptionLost when the log was restored meanwhile.
        """
        self.generation = self.log.generation
        while rows := await self._read(limit):
            self.after = rows[-1].event_id
            wanted = [self._message(row) for row in rows if row.published and row.entity_type in self.entity_types]
            if wanted:
                return wanted
        return []

    async def _read(self, limit: int) -> Sequence[StoredEvent]:
        try:
            return await self.reader.read(self.after, limit)
        except LogRestored as error:
            await self.log.restored(str(error), read_in=self.epoch)
            raise SubscriptionLost(f"{self.log.service}: {error}") from error

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
        self._check_at = 0.0

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
        await self._check_epochs()
        while True:
            messages = [message for source in self._sources for message in await source.read(share)]
            left = deadline - asyncio.get_running_loop().time()
            if messages or left <= 0:
                return messages
            await self._wait(left)

    async def _check_epochs(self) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._check_at:
            self._check_at = now + _EPOCH_EVERY_SECONDS
            for source in self._sources:
                await source.check_epoch()

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
        seconds = 0.0 if oldest is None else seconds_since(oldest, self._clock())
        return Lag(messages, seconds, by_stream, max((source.epoch for source in self._sources), default=None))

    async def close(self) -> None:
        """Nothing is held between two reads."""
        self._sources = []
