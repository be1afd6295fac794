"""Kafka behind the bus's contract; the only place that knows aiokafka."""

import asyncio
from collections.abc import Sequence
from typing import Literal

from sixclear.common.bus.dead_letters import record_of
from sixclear.common.bus.envelope import Record
from sixclear.common.bus.kafka.connection import KafkaFailed, limit_client_logs
from sixclear.common.bus.kafka.producer import BatchProducer, Sent
from sixclear.common.bus.kafka.security import PRIVATE_NETWORK, Security
from sixclear.common.bus.kafka.subscription import KafkaSubscription
from sixclear.common.bus.kafka.topics import BrokerView
from sixclear.common.bus.kafka.watermark import KafkaWatermark
from sixclear.common.bus.protocol import Message, Subscription
from sixclear.common.clock import Clock, utc_now

__all__ = ["BatchProducer", "BrokerView", "KafkaBus", "KafkaFailed", "Security", "Sent"]


class KafkaBus:
    """Joins services in different processes. Subscriptions share nothing but the address."""

    kind: Literal["memory", "kafka"] = "kafka"

    def __init__(self, bootstrap_servers: str, clock: Clock = utc_now, *, security: Security = PRIVATE_NETWORK) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._security = security
        self._clock = clock
        self._dead_letters: BatchProducer | None = None
        self._dead_letter_lock = asyncio.Lock()
        limit_client_logs()

    def carries(self, service: str) -> bool:
        """Every service has its topics there, or will have them."""
        return True

    def subscribe(self, group: str, topics: Sequence[str]) -> Subscription:
        """A subscription without a Kafka consumer group: positions are the caller's."""
        return KafkaSubscription(self._bootstrap_servers, self._security, group, topics, self._clock)

    def watermark(self, service: str) -> KafkaWatermark:
        """What the relay of `service` says of itself."""
        return KafkaWatermark(self._bootstrap_servers, self._security, service, self._clock)

    async def send_dead_letter(self, group: str, message: Message, reason: str) -> None:
        """Put a copy into `sixclear.<group>.dlq`, with where it came from and why it is there."""
        topic = f"sixclear.{group}.dlq"
        async with self._dead_letter_lock:
            try:
                producer = await self._dead_letter_producer(topic)
                await producer.send(topic, 0, [_dead_letter(message, reason)])
            except KafkaFailed:
                await self.close()
                raise

    async def _dead_letter_producer(self, topic: str) -> BatchProducer:
        if self._dead_letters is None:
            view = BrokerView(self._bootstrap_servers, self._security)
            try:
                await view.start()
                if topic not in await view.partitions():
                    await view.create([topic], partitions=1)
            finally:
                await view.stop()
            producer = BatchProducer(self._bootstrap_servers, self._security)
            await producer.start()
            self._dead_letters = producer
        return self._dead_letters

    async def close(self) -> None:
        """Release what dead letters needed; subscriptions are closed by those who opened them."""
        producer, self._dead_letters = self._dead_letters, None
        if producer is not None:
            await producer.stop()


def _dead_letter(message: Message, reason: str) -> Record:
    record = record_of(message)
    origin = [
        ("sixclear_stream", message.stream.encode()),
        ("sixclear_offset", b"%d" % message.offset),
        ("sixclear_reason", reason.encode()),
    ]
    return Record(record.key, record.value, [*record.headers, *origin])
