"""The in-process bus: no second broker, only readers of the producing services' logs."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from sixclear.common.bus.envelope import from_stored
from sixclear.common.bus.follower import LogFollower, wait_for_events
from sixclear.common.bus.protocol import Lag, Message, Position, Subscription, SubscriptionLost
from sixclear.common.clock import Clock, seconds_since, utc_now
from sixclear.common.events.log import EventLog
from sixclear.common.events.reader import LogRestored, StoredEvent

_EPOCH_EVERY_SECONDS = 2.0
# Who reads the organisations of a log would look again for each report in it: after events of others it rests.
_AFTER_OTHERS_SECONDS = 0.25


class MemoryBus:
    """Joins the services of one process. `logs` (service → its log) may still grow until a subscription is opened."""

    kind: Literal["memory", "kafka"] = "memory"

    def __init__(self, logs: Mapping[str, EventLog], clock: Clock = utc_now) -> None:
        self._logs = logs
        self._clock = clock

    def carries(self, service: str) -> bool:
        """Whether the log of `service` is in this process."""
        return service in self._logs

    def subscribe(self, group: str, topics: Sequence[str]) -> Subscription:
        """A subscription to topics of services in this process; their logs are looked up when it is opened."""
        return MemorySubscription(self._logs, topics, self._clock)

    def watermark(self, service: str) -> "MemoryWatermark":
        """Nothing is kept back: the log itself is read."""
        return MemoryWatermark()

    async def send_dead_letter(self, group: str, message: Message, reason: str) -> None:
        """Nothing more to do: the consumer's own table keeps the message."""

    async def close(self) -> None:
        """Nothing is shared between subscriptions."""


class MemoryWatermark:
    """Of logs that are read themselves: no relay stands between."""

    async def start(self) -> None:
        """See `Watermark.start`."""

    async def stop(self) -> None:
        """See `Watermark.stop`."""

    def behind_seconds(self) -> float | None:
        """See `Watermark.behind_seconds`."""
        return 0.0


class _Source:
    """One service's log as one stream."""

    def __init__(self, log: EventLog, entity_types: frozenset[str]) -> None:
        self.follower = LogFollower(log)
        self.entity_types = entity_types
        self.service = log.service
        self.passed_others = False
        self.stream = f"log:{log.service}"

    async def check_epoch(self) -> None:
        """Raises SubscriptionLost when the epoch is another one: raised by a hand, or set back by a restore."""
        if not await self.follower.same_epoch():
            raise SubscriptionLost(f"the epoch of {self.service} is no longer {self.follower.epoch}, which was read")

    async def read(self, limit: int) -> list[Message]:
        """The next wanted events; an empty answer means that the log has none for now.

        `passed_others` then tells whether it had others, which are not wanted. Raises SubscriptionLost when the log was
        restored meanwhile.
        """
        self.passed_others = False
        try:
            while rows := await self.follower.read(limit):
                self.passed_others = True
                wanted = [self._message(row) for row in rows if row.published and row.entity_type in self.entity_types]
                if wanted:
                    return wanted
                if len(rows) < limit:
                    break  # what comes from now on wakes the reader
        except LogRestored as error:
            raise SubscriptionLost(f"{self.service}: {error}") from error
        return []

    async def backlog(self) -> tuple[int, datetime | None]:
        """How many wanted events are not read yet, up to a hundred thousand, and when the oldest was recorded."""
        reader, after, entity_types = self.follower.reader, self.follower.position, sorted(self.entity_types)
        count = await reader.count_after(after, entity_types=entity_types)
        return count, await reader.oldest_unsent_at(after, entity_types=entity_types) if count else None

    def _message(self, row: StoredEvent) -> Message:
        envelope = from_stored(row, self.service, self.follower.epoch)
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
            await source.follower.begin(positions.get(source.stream))
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
            if any(source.passed_others for source in self._sources):
                await asyncio.sleep(min(left, _AFTER_OTHERS_SECONDS))
            await wait_for_events([source.follower for source in self._sources], left)

    async def _check_epochs(self) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._check_at:
            self._check_at = now + _EPOCH_EVERY_SECONDS
            for source in self._sources:
                await source.check_epoch()

    async def lag(self) -> Lag:
        """See `Subscription.lag`; exact up to a hundred thousand per service."""
        by_stream: dict[str, int] = {}
        oldest = None
        for source in self._sources:
            by_stream[source.stream], recorded_at = await source.backlog()
            oldest = min(filter(None, (oldest, recorded_at)), default=None)
        seconds = 0.0 if oldest is None else seconds_since(oldest, self._clock())
        epoch = max((source.follower.epoch for source in self._sources), default=None)
        return Lag(sum(by_stream.values()), seconds, by_stream, epoch)

    async def close(self) -> None:
        """Nothing is held between two reads."""
        self._sources = []
