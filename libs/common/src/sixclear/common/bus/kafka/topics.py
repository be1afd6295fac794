"""What a broker holds: its topics, how far they reach, and making those that are missing."""

import asyncio
from collections.abc import Collection, Mapping, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from sixclear.common.bus.envelope import Record
from sixclear.common.bus.kafka.connection import KafkaFailed, connect, disconnect
from sixclear.common.bus.kafka.security import PRIVATE_NETWORK, Security

_REQUEST_SECONDS = 5.0
_POLL_MILLISECONDS = 250
_REPLICAS = 3
_TOPIC_ALREADY_EXISTS = 36

# Events are kept for ever: history is what makes figures of the past true, and a new consumer starts from the topic.
_KEEP_FOR_EVER = {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}


class BrokerView:
    """A look at the broker from outside any producer or consumer. Every call ends within seconds or fails."""

    def __init__(self, bootstrap_servers: str, security: Security = PRIVATE_NETWORK) -> None:
        options = {
            "bootstrap_servers": bootstrap_servers,
            "request_timeout_ms": int(_REQUEST_SECONDS * 1000),
            **security.options(),
        }
        self._admin = AIOKafkaAdminClient(**options)
        self._consumer = AIOKafkaConsumer(group_id=None, enable_auto_commit=False, **options)

    async def start(self) -> None:
        """Connect."""
        try:
            await connect(self._admin.start(), _REQUEST_SECONDS)
            await connect(self._consumer.start(), _REQUEST_SECONDS)
        except (KafkaError, OSError) as error:
            raise KafkaFailed(f"no connection: {error!r}") from error

    async def partitions(self) -> dict[str, int]:
        """Every topic with its number of partitions. Never makes a topic, whatever the broker's settings."""
        try:
            async with asyncio.timeout(_REQUEST_SECONDS):
                topics = await self._admin.describe_topics()
        except (KafkaError, OSError) as error:
            raise KafkaFailed(f"topics not listed: {error!r}") from error
        return {topic["topic"]: len(topic["partitions"]) for topic in topics if topic["error_code"] == 0}

    async def ends(self, streams: Collection[tuple[str, int]]) -> Mapping[tuple[str, int], int]:
        """The next offset of each (topic, partition); ask only for those that exist."""
        if not streams:
            return {}
        try:
            async with asyncio.timeout(_REQUEST_SECONDS):
                ends = await self._consumer.end_offsets([TopicPartition(*stream) for stream in streams])
        except (KafkaError, OSError) as error:
            raise KafkaFailed(f"end offsets not known: {error!r}") from error
        return {(stream.topic, stream.partition): end for stream, end in ends.items()}

    async def last_records(self, streams: Collection[tuple[str, int]]) -> Sequence[Record]:
        """The last record of each (topic, partition) that holds one; ask only for those that exist."""
        try:
            async with asyncio.timeout(_REQUEST_SECONDS * 2):
                return await self._read_last([TopicPartition(*stream) for stream in streams])
        except (KafkaError, OSError) as error:
            raise KafkaFailed(f"last records not read: {error!r}") from error

    async def _read_last(self, partitions: Sequence[TopicPartition]) -> Sequence[Record]:
        if not partitions:
            return []
        starts = await self._consumer.beginning_offsets(partitions)
        ends = await self._consumer.end_offsets(partitions)
        waiting = {partition for partition in partitions if starts[partition] < ends[partition]}
        found = []
        self._consumer.assign(list(waiting))
        try:
            for partition in waiting:
                self._consumer.seek(partition, ends[partition] - 1)
            while waiting:
                for partition, several in (
                    await self._consumer.getmany(*waiting, timeout_ms=_POLL_MILLISECONDS)
                ).items():
                    found.append(Record(several[0].key, several[0].value, list(several[0].headers)))
                    waiting.discard(partition)
        finally:
            self._consumer.assign([])
        return found

    async def ends_of_key(self, key: bytes, *, suffix: str) -> Mapping[tuple[str, int], int]:
        """Of the topics whose name ends with `suffix` each partition that has records of `key`: where the last ends."""
        streams = [
            TopicPartition(topic, number)
            for topic, count in (await self.partitions()).items()
            if topic.startswith("sixclear.") and topic.endswith(suffix)
            for number in range(count)
        ]
        try:
            return await self._find_key(key, streams)
        except (KafkaError, OSError) as error:
            raise KafkaFailed(f"records of a key not found: {error!r}") from error

    async def _find_key(self, key: bytes, streams: Sequence[TopicPartition]) -> Mapping[tuple[str, int], int]:
        if not streams:
            return {}
        starts = await self._consumer.beginning_offsets(streams)
        ends = await self._consumer.end_offsets(streams)
        waiting = {stream for stream in streams if starts[stream] < ends[stream]}
        found: dict[tuple[str, int], int] = {}
        self._consumer.assign(list(waiting))
        try:
            for stream in waiting:
                self._consumer.seek(stream, starts[stream])
            while waiting:
                records = await self._consumer.getmany(*waiting, timeout_ms=_POLL_MILLISECONDS)
                for stream, several in records.items():
                    for one in several:
                        if one.key == key:
                            found[stream.topic, stream.partition] = one.offset + 1
                    if several[-1].offset + 1 >= ends[stream]:
                        waiting.discard(stream)
        finally:
            self._consumer.assign([])
        return found

    async def delete_before(self, streams: Mapping[tuple[str, int], int]) -> None:
        """Delete the records of each (topic, partition) below an offset: no reader gets them any more.

        The broker takes them off its disk with the files that they are in, when those hold nothing else: minutes later,
        and of the newest file once it is full. Needs the right to delete records, which not every user of a broker has.
        """
        if not streams:
            return
        wanted = {TopicPartition(*stream): RecordsToDelete(before_offset=end) for stream, end in streams.items()}
        try:
            async with asyncio.timeout(_REQUEST_SECONDS * 2):
                await self._admin.delete_records(wanted, timeout_ms=int(_REQUEST_SECONDS * 1000))
        except (KafkaError, OSError) as error:
            raise KafkaFailed(f"records not deleted: {error!r}") from error

    async def create(
        self, topics: Sequence[str], *, partitions: int, settings: Mapping[str, str] = _KEEP_FOR_EVER
    ) -> None:
        """Make topics, with three replicas where there are three brokers; they keep every event for ever."""
        try:
            async with asyncio.timeout(_REQUEST_SECONDS * 2):
                brokers = len((await self._admin.describe_cluster())["brokers"])
                replicas = max(1, min(_REPLICAS, brokers))
                made = await self._admin.create_topics(
                    [NewTopic(topic, partitions, replicas, topic_configs=dict(settings)) for topic in topics]
                )
        except (KafkaError, OSError) as error:
            raise KafkaFailed(f"topics not made: {error!r}") from error
        for topic, code, *_ in made.topic_errors:
            if code not in (0, _TOPIC_ALREADY_EXISTS):
                raise KafkaFailed(f"topic {topic} not made: error {code}")

    async def topic_settings(self, topic: str) -> dict[str, str]:
        """How a topic is set up."""
        try:
            async with asyncio.timeout(_REQUEST_SECONDS):
                answers = await self._admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
        except (KafkaError, OSError) as error:
            raise KafkaFailed(f"settings of {topic} not known: {error!r}") from error
        return {name: value for answer in answers for one in answer.resources for name, value, *_ in one[-1]}

    async def stop(self) -> None:
        """Disconnect within seconds."""
        await disconnect(self._consumer.stop(), self._consumer._client, 2.0)
        await disconnect(self._admin.close(), self._admin._client, 2.0)
