"""Earlier public versions are taken out of a log: directly for readers of the table, then on a real Kafka."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import text

from sixclear.common.bus.consumer import ConsumerLimits, ConsumerLoop
from sixclear.common.bus.kafka import KafkaBus, KafkaFailed
from sixclear.common.bus.kafka.topics import BrokerView
from sixclear.common.bus.memory import MemoryBus
from sixclear.common.bus.protocol import Bus
from sixclear.common.clock import utc_now
from sixclear.common.events.log import EventLog, NewEvent
from sixclear.common.events.purge import NothingPublic, StillPublic, list_purges, purge
from sixclear.common.events.reader import LogReader
from sixclear.common.ids import new_id
from sixclear.common.relay.relay import Relay
from sixclear.common.testing.bus import Effects, commit_changes, consumed_log
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.kafka import Broker
from sixclear.common.testing.postgres import EmptyDatabase

pytestmark = [pytest.mark.asyncio]

QUICK = ConsumerLimits(fetch_seconds=0.2, first_backoff_seconds=0.01, last_backoff_seconds=0.1)
SECRET = "Điều đã từng công khai"


@pytest_asyncio.fixture
async def log(empty_database: EmptyDatabase) -> AsyncIterator[EventLog]:
    async with consumed_log(await empty_database()) as made:
        await made.start()
        yield made
        await made.stop()


async def _tell(log: EventLog, entity_id: UUID, version: int, *, gone: bool = False) -> None:
    """A version of an entity: with the secret, or the one that says that it is gone."""
    event = NewEvent(
        entity_type="thing",
        entity_id=entity_id,
        version=version,
        previous_version=version - 1 or None,
        change="changed",
        data={} if gone else {"said": f"{SECRET} {version}"},
        occurred_at=utc_now(),
    )
    async with log.database.transaction() as session:
        await log.publish(session, event, recorded_at=utc_now())
    log.wake()


async def _withdrawn(log: EventLog, entity_id: UUID, versions: int = 3) -> None:
    for version in range(1, versions + 1):
        await _tell(log, entity_id, version)
    await _tell(log, entity_id, versions + 1, gone=True)


async def _purge(log: EventLog, entity_id: UUID) -> None:
    """As `sixclear purge` does it, of an entity whose last change withdrew it."""
    kind = log.catalogue.kind("thing")
    assert kind is not None
    await purge(
        log.database,
        replace(kind, withdrawal="changed"),
        entity_id,
        requested_by="an operator",
        reason="it was classified",
        now=utc_now(),
    )


async def _cleared(log: EventLog, entity_id: UUID) -> bool:
    async with log.database.session() as session:
        purges = await list_purges(session, "thing", entity_id)
    return all(one.broker_cleared_at is not None for one in purges)


async def _as_a_stranger(servers: str, topics: Sequence[str]) -> list[tuple[bytes | None, bytes | None]]:
    """Key and value of every record that somebody gets who reads the topics from their beginning."""
    consumer = AIOKafkaConsumer(bootstrap_servers=servers, group_id=None, auto_offset_reset="earliest")
    await consumer.start()
    try:
        known = await consumer._client.fetch_all_metadata()
        partitions = [TopicPartition(topic, n) for topic in topics for n in known.partitions_for_topic(topic) or ()]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends, found = await consumer.end_offsets(partitions), []
        while any([await consumer.position(one) < ends[one] for one in partitions]):
            for records in (await consumer.getmany(timeout_ms=250)).values():
                found += [(record.key, record.value) for record in records]
        return found
    finally:
        await consumer.stop()


def _told(records: Sequence[tuple[bytes | None, bytes | None]]) -> list[bytes]:
    return [value for _, value in records if value is not None and SECRET.encode() in value]


async def _read(bus: Bus, log: EventLog) -> Effects:
    effects = Effects(log.database, new_id().hex)
    loop = ConsumerLoop(bus, log.database, "reader", [log.topic("thing")], effects.handle, limits=QUICK)
    await loop.start()
    effects.stop = loop.stop  # type: ignore[attr-defined]
    return effects


async def test_readers_of_the_table_get_only_the_last_version(log: EventLog) -> None:
    entity_id, other = new_id(), new_id()
    await _withdrawn(log, entity_id)
    await commit_changes(log, [other, other])
    effects = await _read(MemoryBus({log.service: log}), log)
    await eventually(lambda: _handled(effects, {entity_id: [1, 2, 3, 4], other: [1, 2]}))
    await _purge(log, entity_id)
    await eventually(lambda: _handled(effects, {entity_id: [1, 2, 3, 4, 4], other: [1, 2, 1, 2]}))
    await effects.stop()  # type: ignore[attr-defined]
    assert await LogReader(log.database).epoch() == 2, "once: who notices raises it no further"
    rows = await log.reader().read_entity(entity_id, 10)
    assert [(row.published, row.previous_version) for row in rows] == [
        (False, None),
        (False, 1),
        (False, 2),
        (True, None),
    ]
    assert all(SECRET in row.data_json for row in rows[:3]), "who may read what is not public still can"


async def _handled(effects: Effects, wanted: dict[UUID, list[int]]) -> bool:
    return await effects.by_entity() == wanted


async def test_tags_of_the_epoch_before_match_nothing_any_more(log: EventLog) -> None:
    entity_id = new_id()
    await _withdrawn(log, entity_id)
    assert log.epoch == 1
    await _purge(log, entity_id)
    await eventually(lambda: _in_epoch(log, 2))


async def _in_epoch(log: EventLog, epoch: int) -> bool:
    return log.epoch == epoch


async def test_what_is_refused_changes_nothing(log: EventLog) -> None:
    entity_id, kind = new_id(), log.catalogue.kind("thing")
    assert kind is not None
    ask = partial(purge, log.database, kind, entity_id, requested_by="an operator", reason="", now=utc_now())
    with pytest.raises(NothingPublic):
        await ask()
    await _tell(log, entity_id, 1)
    await _tell(log, entity_id, 2)
    with pytest.raises(StillPublic):
        await ask()
    assert await LogReader(log.database).epoch() == 1
    done = await ask(even_if_public=True)
    assert (done.kept_version, done.versions, done.was_public) == (2, [1], True)
    again = await ask(even_if_public=True)
    assert again.versions == []
    assert await LogReader(log.database).epoch() == 2
    async with log.database.session() as session:
        (kept,) = await list_purges(session, "thing", entity_id)
    assert (kept.requested_by, kept.versions, kept.epoch) == ("an operator", [1], 2)


@pytest.mark.kafka
async def test_a_stranger_who_reads_the_topic_from_its_beginning_finds_nothing(
    log: EventLog, kafka_server: Broker
) -> None:
    servers, topic = kafka_server.bootstrap_servers, log.topic("thing")
    entity_id, others = new_id(), [new_id() for _ in range(8)]
    relay, bus = Relay(log, log.database, servers), KafkaBus(servers)
    await relay.start()
    effects = await _read(bus, log)
    try:
        await _withdrawn(log, entity_id)
        await commit_changes(log, others)
        await eventually(lambda: _told_by(effects, 12), within_seconds=20)
        assert len(_told(await _as_a_stranger(servers, [topic]))) == 3
        await _purge(log, entity_id)
        await commit_changes(log, others[:2])
        await eventually(lambda: _cleared(log, entity_id), within_seconds=30)
        records = await _as_a_stranger(servers, [topic])
        assert _told(records) == []
        keys = [key for key, _ in records]
        assert keys.count(str(entity_id).encode()) == 1, "that it is gone"
        assert {str(other).encode() for other in others} <= set(keys), "nothing else was lost"
        # The consumer goes on where its offsets are gone, and misses nothing of what came since.
        await commit_changes(log, others[2:4])
        await eventually(lambda: _knows(effects, others[3], 2), within_seconds=20)
    finally:
        await effects.stop()  # type: ignore[attr-defined]
        await relay.stop()
        await bus.close()
    assert await LogReader(log.database).epoch() == 2


async def _told_by(effects: Effects, count: int) -> bool:
    return await effects.count() >= count


async def _knows(effects: Effects, entity_id: UUID, version: int) -> bool:
    return version in (await effects.by_entity()).get(entity_id, [])


@pytest.mark.kafka
async def test_a_purge_is_finished_by_the_next_relay(
    log: EventLog, kafka_server: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The relay ends after everything was sent again and before the broker's records are deleted."""
    servers, topic = kafka_server.bootstrap_servers, log.topic("thing")
    entity_id = new_id()
    await _withdrawn(log, entity_id)
    relay = Relay(log, log.database, servers)
    await relay.start()
    await eventually(lambda: _sent(relay, 4), within_seconds=20)
    await relay.stop()
    await _purge(log, entity_id)

    async def ends(*_: object) -> None:
        raise KafkaFailed("the broker refuses")

    with monkeypatch.context() as refusing:
        refusing.setattr(BrokerView, "delete_before", ends)
        relay = Relay(log, log.database, servers)
        await relay.start()
        await eventually(lambda: _sent(relay, 4), within_seconds=20)
        await relay.stop()
    assert not await _cleared(log, entity_id)
    assert len(_told(await _as_a_stranger(servers, [topic]))) == 3
    relay = Relay(log, log.database, servers)
    await relay.start()
    try:
        await eventually(lambda: _cleared(log, entity_id), within_seconds=20)
    finally:
        await relay.stop()
    assert _told(await _as_a_stranger(servers, [topic])) == []
    assert relay.state().replays == 0, "nothing is sent a third time"


async def _sent(relay: Relay, position: int) -> bool:
    return relay.state().active and relay.state().position >= position


@pytest.mark.kafka
async def test_what_was_set_aside_of_it_is_deleted_too(log: EventLog, kafka_server: Broker) -> None:
    servers, group = kafka_server.bootstrap_servers, f"reader-{new_id().hex[-8:]}"
    entity_id, other = new_id(), new_id()
    await _withdrawn(log, entity_id)
    await _tell(log, other, 1)
    bus = KafkaBus(servers)
    subscription = MemoryBus({log.service: log}).subscribe(group, [log.topic("thing")])
    await subscription.open({})
    for message in await subscription.fetch(10, 1.0):
        await bus.send_dead_letter(group, message, "it could not be handled")
    await bus.close()
    letters = f"sixclear.{group}.dlq"
    assert len(_told(await _as_a_stranger(servers, [letters]))) == 4
    await _purge(log, entity_id)
    relay = Relay(log, log.database, servers)
    await relay.start()
    try:
        await eventually(lambda: _cleared(log, entity_id), within_seconds=30)
    finally:
        await relay.stop()
    assert str(entity_id).encode() not in [key for key, _ in await _as_a_stranger(servers, [letters])]


async def test_the_rows_of_a_purge_say_who_and_why(log: EventLog) -> None:
    entity_id = new_id()
    await _withdrawn(log, entity_id)
    await _purge(log, entity_id)
    async with log.database.session() as session:
        row = (await session.execute(text("SELECT * FROM log_purge"))).mappings().one()
        assert SECRET not in str(dict(row))
    assert (row["requested_by"], row["reason"], row["versions"]) == ("an operator", "it was classified", [1, 2, 3])
