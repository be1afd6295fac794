"""Reading partitions from positions of our own, and noticing when the log under them is no longer the same."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from sixclear.common.bus.envelope import Envelope, InvalidEnvelope, Record, decode, place_of
from sixclear.common.bus.kafka.connection import connect, disconnect, pace_metadata
from sixclear.common.bus.kafka.security import Security
from sixclear.common.bus.marks import mark_of
from sixclear.common.bus.protocol import Lag, Message, Position, SubscriptionLost
from sixclear.common.clock import Clock, seconds_since

_log = structlog.get_logger(__name__)

_REQUEST_SECONDS = 5.0
_CHECK_EVERY_SECONDS = 1.0
_POLL_MILLISECONDS = 250
_RETRY_MILLISECONDS = 200
# New partitions are noticed within this.
_METADATA_MILLISECONDS = 10_000


def stream_of(partition: TopicPartition) -> str:
    """The name under which a partition's position is stored."""
    return f"{partition.topic}/{partition.partition}"


class KafkaSubscription:
    """Some topics' partitions, assigned by hand. A subscription that was lost has already let go of its client."""

    def __init__(
        self, bootstrap_servers: str, security: Security, group: str, topics: Sequence[str], clock: Clock
    ) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._security = security
        self._group = group
        self._topics = frozenset(topics)
        self._clock = clock
        self._consumer: AIOKafkaConsumer | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._lost: SubscriptionLost | None = None
        self._missing: frozenset[str] = frozenset()
        self._next: dict[TopicPartition, int] = {}
        self._ends: dict[TopicPartition, int] = {}
        self._fresh_at: dict[TopicPartition, datetime] = {}

    async def open(self, positions: Mapping[str, Position]) -> None:
        """See `Subscription.open`. Topics that do not exist yet are waited for."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap_servers,
            client_id=f"sixclear-{self._group}",
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            request_timeout_ms=int(_REQUEST_SECONDS * 1000),
            retry_backoff_ms=_RETRY_MILLISECONDS,
            fetch_max_wait_ms=500,
            metadata_max_age_ms=_METADATA_MILLISECONDS,
            **self._security.options(),
        )
        pace_metadata(consumer._client, _RETRY_MILLISECONDS / 1000)
        self._consumer = consumer
        try:
            await connect(consumer.start(), _REQUEST_SECONDS)
            async with asyncio.timeout(_REQUEST_SECONDS * 2):
                await self._begin(consumer, positions)
        except (KafkaError, OSError) as error:
            raise SubscriptionLost(f"not opened: {error!r}") from error
        self._watcher = asyncio.create_task(self._watch(consumer), name=f"end offsets of {self._group}")

    async def _begin(self, consumer: AIOKafkaConsumer, positions: Mapping[str, Position]) -> None:
        """Stand at the stored positions, each only where the record before it is still the one that was read.

        A broker that was wiped and filled again has other records at the same offsets; going on there would skip events
        in silence. So a partition whose log is shorter, or has another record there, is read from its beginning: dear,
        and right, because repeats are dropped by version. `auto_offset_reset=none` for the same reason: `latest` would
        jump over what was not read. Costs one record for each partition at each opening (decisions 0003 and 0010;
        `test_a_log_refilled_in_another_order_is_read_from_its_beginning`).
        """
        # The client itself only learns of topics that it reads already.
        cluster = await consumer._client.fetch_all_metadata()
        partitions = [
            TopicPartition(topic, number)
            for topic in sorted(self._topics)
            for number in sorted(cluster.partitions_for_topic(topic) or ())
        ]
        self._missing = self._topics - {partition.topic for partition in partitions}
        if not partitions:
            return
        starts = await consumer.beginning_offsets(partitions)
        self._ends = dict(await consumer.end_offsets(partitions))
        known = {
            partition: position
            for partition in partitions
            if (position := positions.get(stream_of(partition))) is not None
            and starts[partition] < position.offset <= self._ends[partition]
        }
        consumer.assign(partitions)
        # Before the client's own task runs: a partition without a position is an error (auto_offset_reset=none).
        for partition in partitions:
            consumer.seek(partition, known[partition].offset - 1 if partition in known else starts[partition])
        trusted = await self._verify(consumer, known)
        for partition in partitions:
            position = positions.get(stream_of(partition))
            if position is not None and partition not in trusted:
                _log.warning("log is not the one that was read: from its beginning", stream=stream_of(partition))
            self._next[partition] = known[partition].offset if partition in trusted else starts[partition]
            consumer.seek(partition, self._next[partition])

    async def _verify(
        self, consumer: AIOKafkaConsumer, known: Mapping[TopicPartition, Position]
    ) -> set[TopicPartition]:
        """Partitions whose record before the position is still the one that was read."""
        trusted, waiting = set(), set(known)
        while waiting:
            for partition, records in (await consumer.getmany(*waiting, timeout_ms=_POLL_MILLISECONDS)).items():
                if records[0].offset == known[partition].offset - 1 and _same(_record(records[0]), known[partition]):
                    trusted.add(partition)
                waiting.discard(partition)
        return trusted

    async def fetch(self, limit: int, timeout_seconds: float) -> Sequence[Message]:
        """See `Subscription.fetch`."""
        deadline = asyncio.get_running_loop().time() + timeout_seconds
        while True:
            records = await self._poll(limit)
            if records or asyncio.get_running_loop().time() >= deadline:
                return [
                    self._message(partition, record) for partition, several in records.items() for record in several
                ]

    async def _poll(self, limit: int) -> Mapping[TopicPartition, Sequence[Any]]:
        consumer = self._consumer
        if self._lost is not None or consumer is None:
            raise self._lost or SubscriptionLost("closed")
        if not self._next:
            await asyncio.sleep(_POLL_MILLISECONDS / 1000)
            return {}
        try:
            records: Mapping[TopicPartition, Sequence[Any]] = await consumer.getmany(
                timeout_ms=_POLL_MILLISECONDS, max_records=limit
            )
        except (KafkaError, OSError) as error:
            raise self._lost or SubscriptionLost(f"not readable: {error!r}") from error
        return records

    def _message(self, partition: TopicPartition, raw: Any) -> Message:
        record = _record(raw)
        envelope: Envelope | InvalidEnvelope
        try:
            envelope = decode(record)
            if envelope.topic != partition.topic:
                envelope = InvalidEnvelope("the event belongs to another topic")
            else:
                self._fresh_at[partition] = envelope.recorded_at
        except InvalidEnvelope as error:
            envelope = error
        self._next[partition] = raw.offset + 1
        return Message(stream_of(partition), raw.offset, partition.topic, envelope, record)

    async def _watch(self, consumer: AIOKafkaConsumer) -> None:
        """Once a second: does every log still exist and reach as far as before? If not, let go of the client.

        A client whose topic is gone neither raises nor returns records: nothing else would notice.
        """
        try:
            while True:
                await self._check(consumer)
                await asyncio.sleep(_CHECK_EVERY_SECONDS)
        except SubscriptionLost as error:
            self._lost = error
        except Exception as error:
            self._lost = SubscriptionLost(f"end offsets not known: {error!r}")
        self._consumer = None
        await disconnect(consumer.stop(), consumer._client, 2.0)

    async def _check(self, consumer: AIOKafkaConsumer) -> None:
        """Compare the ends with what was read before they were asked for: reading goes on while they are answered."""
        read, asked_at = dict(self._next), self._clock()
        async with asyncio.timeout(_REQUEST_SECONDS):
            ends = await self._ask_ends(consumer) if read else {}
            appeared = self._missing & await consumer.topics() if self._missing else None
        for partition, end in ends.items():
            if end < max(self._ends[partition], read[partition]):
                raise SubscriptionLost(f"{stream_of(partition)} is shorter than it was")
            # A message that came meanwhile was recorded later, and says more.
            if end <= self._next[partition] and read[partition] == self._next[partition]:
                self._fresh_at[partition] = asked_at
        self._ends = dict(ends)
        if appeared:
            raise SubscriptionLost(f"{', '.join(sorted(appeared))} now exists")

    async def _ask_ends(self, consumer: AIOKafkaConsumer) -> Mapping[TopicPartition, int]:
        """The end of every partition. One that is gone would be asked for to the time limit: it is noticed first."""
        asking: asyncio.Future[Mapping[TopicPartition, int]]
        asking = asyncio.ensure_future(consumer.end_offsets(list(self._next)))
        try:
            while not asking.done():
                self._require_same_partitions(consumer)
                await asyncio.wait([asking], timeout=_CHECK_EVERY_SECONDS)
            return asking.result()
        finally:
            asking.cancel()

    def _require_same_partitions(self, consumer: AIOKafkaConsumer) -> None:
        """Raises SubscriptionLost for a topic that is gone or has grown, as of the client's last metadata.

        A client with assigned partitions never takes further ones by itself: their keys would be missed in silence.
        """
        known = Counter(partition.topic for partition in self._next)
        for topic, count in known.items():
            partitions = consumer.partitions_for_topic(topic)
            if not partitions:
                raise SubscriptionLost(f"{topic} is gone")
            if len(partitions) > count:
                raise SubscriptionLost(f"{topic} has {len(partitions)} partitions now, {count} are read")

    async def lag(self) -> Lag:
        """See `Subscription.lag`; as of the last look at the end offsets, at most a second ago.

        The age is an upper bound: what waits came after the last message read, and after the last time when nothing
        waited. Raises SubscriptionLost when the watch has let go of the client.
        """
        if self._lost is not None:
            raise self._lost
        behind = {
            partition: waiting
            for partition, position in self._next.items()
            if (waiting := self._ends.get(partition, 0) - position) > 0
        }
        return Lag(
            messages=sum(behind.values()),
            seconds=self._age(behind),
            by_stream={stream_of(partition): behind.get(partition, 0) for partition in self._next},
        )

    def _age(self, behind: Iterable[TopicPartition]) -> float | None:
        ages, now = [0.0], self._clock()
        for partition in behind:
            since = self._fresh_at.get(partition)
            age = None if since is None else seconds_since(since, now)
            if age is None:
                return None
            ages.append(age)
        return max(ages)

    async def close(self) -> None:
        """See `Subscription.close`."""
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            watcher.cancel()
            await asyncio.wait([watcher], timeout=2.0)
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await disconnect(consumer.stop(), consumer._client, 3.0)


def _same(record: Record, position: Position) -> bool:
    """Whether this is the record before `position`: the same place, and the same event where its mark is known."""
    if place_of(record) != (position.last_position, position.epoch):
        return False
    try:
        return position.mark is None or mark_of(decode(record)).same_event(position.mark)
    except InvalidEnvelope:
        return False  # a mark is that of an event


def _record(raw: Any) -> Record:
    return Record(raw.key, raw.value, list(raw.headers))
