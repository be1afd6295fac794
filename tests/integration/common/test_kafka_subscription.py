"""Reading a Kafka topic whose last record is broken or another one, and one that gets more partitions meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions
from sqlalchemy import text

from sixclear.common.bus.consumer import ConsumerLimits, ConsumerLoop
from sixclear.common.bus.envelope import Record, encode_stored
from sixclear.common.bus.kafka import BatchProducer, BrokerView, KafkaBus
from sixclear.common.events.log import EventLog
from sixclear.common.ids import new_id
from sixclear.common.relay.relay import Relay
from sixclear.common.testing.bus import Effects, commit_changes, consumed_log
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.kafka import Broker
from sixclear.common.testing.postgres import EmptyDatabase

pytestmark = [pytest.mark.asyncio, pytest.mark.kafka]

_OTHER_HASH = text("UPDATE consumer_position SET last_mark = left(last_mark, -64) || repeat('0', 64)")
QUICK = ConsumerLimits(batch_size=50, fetch_seconds=0.2, first_backoff_seconds=0.05, last_backoff_seconds=0.5)


@pytest_asyncio.fixture
async def log(empty_database: EmptyDatabase) -> AsyncIterator[EventLog]:
    async with consumed_log(await empty_database()) as log:
        yield log


@asynccontextmanager
async def consuming(log: EventLog, broker: Broker, effects: Effects, *entity_types: str) -> AsyncIterator[ConsumerLoop]:
    bus = KafkaBus(broker.bootstrap_servers)
    topics = [log.topic(name) for name in ("thing", *entity_types)]
    consumer = ConsumerLoop(bus, log.database, "view", topics, effects.handle, limits=QUICK)
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()
        await bus.close()


@asynccontextmanager
async def relaying(log: EventLog, broker: Broker) -> AsyncIterator[None]:
    relay = Relay(log, log.database, broker.bootstrap_servers)
    await relay.start()
    try:
        yield
    finally:
        await relay.stop()


async def one_partition(log: EventLog, broker: Broker) -> None:
    view = BrokerView(broker.bootstrap_servers)
    await view.start()
    await view.create([log.topic("thing")], partitions=1)
    await view.stop()


def applied(effects: Effects, count: int) -> Callable[[], Coroutine[Any, Any, bool]]:
    async def probe() -> bool:
        return await effects.count() >= count

    return probe


@pytest.mark.parametrize(("hash_then", "seen"), [("as it was", 5), ("another", 9)])
async def test_another_event_at_the_same_place_is_another_log(
    log: EventLog, kafka_server: Broker, hash_then: str, seen: int
) -> None:
    """Broker and source were lost together: offset, position and epoch are those that were read, the event is not."""
    await one_partition(log, kafka_server)
    await commit_changes(log, [new_id() for _ in range(4)])
    effects = Effects(log.database, "view")
    async with relaying(log, kafka_server):
        async with consuming(log, kafka_server, effects):
            await eventually(applied(effects, 4))
        if hash_then == "another":
            async with log.database.transaction() as session:
                await session.execute(_OTHER_HASH)
        async with consuming(log, kafka_server, effects):
            await commit_changes(log, [new_id()])
            await eventually(applied(effects, seen))
    assert await effects.count() == seen


async def test_a_broken_record_at_the_end_is_no_other_log(log: EventLog, kafka_server: Broker) -> None:
    """It is set aside once, and the next life of the consumer goes on behind it instead of reading everything again."""
    await one_partition(log, kafka_server)
    await commit_changes(log, [new_id() for _ in range(5)])
    records = [encode_stored(row, log.service, 1) for row in await log.reader().read(0, 100)]
    broken = Record(records[3].key, b"{", records[3].headers)
    producer = BatchProducer(kafka_server.bootstrap_servers)
    await producer.start()
    try:
        await producer.send(log.topic("thing"), 0, [*records[:3], broken])
        effects = Effects(log.database, "view")
        async with consuming(log, kafka_server, effects) as consumer:

            async def set_aside() -> bool:
                return consumer.state().dead_letters == 1

            await eventually(set_aside)
        async with consuming(log, kafka_server, effects) as consumer:
            await producer.send(log.topic("thing"), 0, [records[4]])
            await eventually(applied(effects, 4))
            assert (await effects.count(), consumer.state().dead_letters) == (4, 1)
    finally:
        await producer.stop()


async def test_partitions_that_are_added_are_read(log: EventLog, kafka_server: Broker) -> None:
    await one_partition(log, kafka_server)
    effects = Effects(log.database, "view")
    async with consuming(log, kafka_server, effects):
        async with relaying(log, kafka_server):
            await commit_changes(log, [new_id() for _ in range(5)])
            await eventually(applied(effects, 5))
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka_server.bootstrap_servers)
        await admin.start()
        await admin.create_partitions({log.topic("thing"): NewPartitions(total_count=4)})
        await admin.close()
        async with relaying(log, kafka_server):  # as after a release: it sends to all partitions now
            await commit_changes(log, [new_id() for _ in range(20)])
            await eventually(applied(effects, 25), within_seconds=40)
    assert await effects.count() == 25


async def test_a_topic_that_does_not_exist_yet_interrupts_no_reading(log: EventLog, kafka_server: Broker) -> None:
    """While events come, the ends that are looked at each second are already behind what was read."""
    await one_partition(log, kafka_server)
    effects, count = Effects(log.database, "view"), 0
    until = asyncio.get_running_loop().time() + 4
    async with relaying(log, kafka_server), consuming(log, kafka_server, effects, "later") as consumer:
        while asyncio.get_running_loop().time() < until:
            count += 1
            await commit_changes(log, [new_id()])
            await eventually(applied(effects, count))
        assert consumer.state().rebuilds == 0, consumer.state().last_error
