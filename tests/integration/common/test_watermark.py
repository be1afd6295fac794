"""What a relay says of itself on a real Kafka: up to which instant everything that its service recorded is there."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from sixclear.common.bus.kafka import BrokerView, KafkaBus
from sixclear.common.bus.kafka.watermark import KafkaWatermark
from sixclear.common.bus.watermark import TOPIC
from sixclear.common.db import Database
from sixclear.common.events import purge
from sixclear.common.events.log import EventLog
from sixclear.common.ids import new_id
from sixclear.common.relay import relay as relay_module
from sixclear.common.relay.relay import Relay, RelayLimits
from sixclear.common.testing.bus import change, commit_changes, create_tables, things_of, unique_service
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.kafka import Broker
from sixclear.common.testing.postgres import EmptyDatabase

pytestmark = [pytest.mark.asyncio, pytest.mark.kafka]


@pytest_asyncio.fixture
async def log(empty_database: EmptyDatabase) -> AsyncIterator[EventLog]:
    database = Database(await empty_database(), application_name="test", pool_size=10)
    try:
        await create_tables(database, relay_module.DDL_V1, purge.DDL_V1)
        yield EventLog(things_of(unique_service()), database)
    finally:
        await database.close()


@pytest.fixture
def relay(log: EventLog, kafka_server: Broker) -> Relay:
    return Relay(log, log.database, kafka_server.bootstrap_servers, limits=RelayLimits(watermark_seconds=0.1))


@pytest_asyncio.fixture
async def watermark(log: EventLog, kafka_server: Broker) -> AsyncIterator[KafkaWatermark]:
    made = KafkaBus(kafka_server.bootstrap_servers).watermark(log.service)
    await made.start()
    yield made
    await made.stop()


def behind(watermark: KafkaWatermark, holds: Callable[[float], bool]) -> Callable[[], Awaitable[bool]]:
    async def known() -> bool:
        seconds = watermark.behind_seconds()
        return seconds is not None and holds(seconds)

    return known


async def test_it_is_young_while_the_relay_sends_and_only_grows_old_when_it_stops(
    log: EventLog, relay: Relay, watermark: KafkaWatermark, kafka_server: Broker
) -> None:
    await commit_changes(log, [new_id()])
    assert watermark.behind_seconds() is None, "of a relay that was never heard nothing is known"
    await relay.start()
    try:
        await eventually(behind(watermark, lambda seconds: seconds < 1), within_seconds=20)
    finally:
        await relay.stop()
    await eventually(behind(watermark, lambda seconds: seconds > 1.5))
    other = KafkaBus(kafka_server.bootstrap_servers).watermark(log.service)
    await other.start()
    await eventually(behind(other, lambda seconds: seconds > 1.5), within_seconds=20)
    await other.stop()
    view = BrokerView(kafka_server.bootstrap_servers)
    try:
        await view.start()
        assert (await view.partitions())[TOPIC] == 1
        assert (await view.topic_settings(TOPIC))["retention.ms"] == "3600000"
    finally:
        await view.stop()


async def test_what_was_committed_and_waits_for_an_earlier_transaction_is_not_said_to_be_sent(
    log: EventLog, relay: Relay, watermark: KafkaWatermark
) -> None:
    await relay.start()
    try:
        await eventually(behind(watermark, lambda seconds: seconds < 1), within_seconds=20)
        async with log.database.transaction() as slow:
            await change(slow, log, new_id())
            await commit_changes(log, [new_id()])
            await eventually(behind(watermark, lambda seconds: seconds > 1.5))
        await eventually(behind(watermark, lambda seconds: seconds < 1))
    finally:
        await relay.stop()


async def test_events_are_sent_although_the_watermark_cannot_be_stated(
    log: EventLog, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sixclear.common.relay.watermark.TOPIC", "no such topic name")
    await commit_changes(log, [new_id()])
    await relay.start()
    try:

        async def sent() -> bool:
            return relay.state().position == 1

        await eventually(sent, within_seconds=20)
        await commit_changes(log, [new_id()])

        async def both_sent() -> bool:
            return relay.state().position == 2

        await eventually(both_sent, within_seconds=20)
    finally:
        await relay.stop()
    assert relay.state().last_error is None
