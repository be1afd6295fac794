"""Real faults under the bus and the relay: killed processes, killed, frozen and wiped brokers. Nothing lost, ever."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import text

from sixclear.common.bus.consumer import ConsumerLimits, ConsumerLoop
from sixclear.common.bus.envelope import Record
from sixclear.common.bus.kafka import BatchProducer, BrokerView, KafkaBus, KafkaFailed
from sixclear.common.events.log import EventLog
from sixclear.common.events.reader import LogReader
from sixclear.common.ids import new_id
from sixclear.common.relay.cursor import request_replay
from sixclear.common.relay.relay import Relay
from sixclear.common.runtime.kafka_server import KafkaServer
from sixclear.common.testing.bus import Effects, commit_changes, consumed_log
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.kafka import Broker
from sixclear.common.testing.postgres import EmptyDatabase

pytestmark = [pytest.mark.asyncio, pytest.mark.chaos, pytest.mark.slow]

QUICK = ConsumerLimits(batch_size=50, fetch_seconds=0.2, first_backoff_seconds=0.05, last_backoff_seconds=0.5)


@pytest_asyncio.fixture
async def log(empty_database: EmptyDatabase) -> AsyncIterator[EventLog]:
    async with consumed_log(await empty_database()) as log:
        yield log


async def _child(script: str, *arguments: str) -> int:
    path = Path(__file__).with_name(script)
    child = await asyncio.create_subprocess_exec(sys.executable, str(path), *arguments)
    try:
        return await asyncio.wait_for(child.wait(), 60)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def _applied(effects: Effects, count: int) -> bool:
    return await effects.count() >= count


def _complete(found: dict[UUID, list[int]], last: int) -> bool:
    """Whether every version came, and each for the first time in its order."""
    firsts = [list(dict.fromkeys(versions)) for versions in found.values()]
    return all(versions == list(range(1, last + 1)) for versions in firsts)


@pytest.mark.kafka
@pytest.mark.parametrize("instant", ["before-send", "after-send"])
async def test_kill_9_of_the_relay_loses_nothing(log: EventLog, kafka_server: Broker, instant: str) -> None:
    arguments = (log.database.url, log.service, kafka_server.bootstrap_servers)
    for _ in range(3):
        assert await _child("relay_child.py", *arguments, instant, "6") == -signal.SIGKILL
    assert await _child("relay_child.py", *arguments, "never", "6") == 0
    effects, bus = Effects(log.database, "view"), KafkaBus(kafka_server.bootstrap_servers)
    consumer = ConsumerLoop(bus, log.database, "view", [log.topic("thing")], effects.handle, limits=QUICK)
    repeats = 6 + 12 + 18 if instant == "after-send" else 0
    await consumer.start()
    try:
        await eventually(lambda: _applied(effects, 24 + repeats))
    finally:
        await consumer.stop()
    assert await effects.count() == 24 + repeats
    assert _complete(await effects.by_entity(), 8)


@pytest.mark.parametrize("instant", ["before-commit", "after-commit"])
@pytest.mark.parametrize("bus", ["memory", pytest.param("kafka", marks=pytest.mark.kafka)])
async def test_kill_9_of_a_consumer_loses_and_doubles_nothing(
    log: EventLog, request: pytest.FixtureRequest, bus: str, instant: str
) -> None:
    entities = [new_id() for _ in range(4)]
    await commit_changes(log, entities * 5)
    address = "memory" if bus == "memory" else request.getfixturevalue("kafka_server").bootstrap_servers
    relay = Relay(log, log.database, address)
    if bus == "kafka":
        await relay.start()
    try:
        for _ in range(3):
            arguments = (log.database.url, log.service, address, instant)
            assert await _child("consumer_child.py", *arguments) == -signal.SIGKILL
        assert await _child("consumer_child.py", log.database.url, log.service, address, "never") == 0
    finally:
        await relay.stop()
    found = await Effects(log.database, "view").by_entity()
    assert found == {entity_id: [1, 2, 3, 4, 5] for entity_id in entities}


class Rig:
    """A relay and a consumer on a broker that a test may break."""

    def __init__(self, log: EventLog, kafka: KafkaServer) -> None:
        self.log = log
        self.kafka = kafka
        self.effects = Effects(log.database, "view")
        self.relay = Relay(log, log.database, kafka.bootstrap_servers)
        self.bus = KafkaBus(kafka.bootstrap_servers)
        self.consumer = ConsumerLoop(
            self.bus, log.database, "view", [log.topic("thing")], self.effects.handle, limits=QUICK
        )

    async def start(self) -> None:
        await self.relay.start()
        await self.consumer.start()

    async def stop(self) -> None:
        await asyncio.gather(self.relay.stop(), self.consumer.stop())


@pytest_asyncio.fixture
async def rig(log: EventLog, own_kafka: KafkaServer) -> AsyncIterator[Rig]:
    made = Rig(log, own_kafka)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


@pytest.mark.kafka
@pytest.mark.parametrize("fault", ["killed", "frozen"])
async def test_stop_keeps_its_deadline_with_a_dead_broker(rig: Rig, fault: str) -> None:
    await commit_changes(rig.log, [new_id()] * 5)
    await eventually(lambda: _applied(rig.effects, 5), within_seconds=20)
    rig.kafka.kill() if fault == "killed" else rig.kafka.freeze()
    await commit_changes(rig.log, [new_id()] * 5)
    await eventually(lambda: _behind(rig.relay))
    began = time.monotonic()
    await asyncio.gather(rig.consumer.stop(5.0), rig.relay.stop(5.0))
    assert time.monotonic() - began < 6.0
    assert not [task for task in asyncio.all_tasks() if "relay" in task.get_name() or "consumer" in task.get_name()]


async def _behind(relay: Relay) -> bool:
    return relay.state().backlog_rows >= 5


@pytest.mark.kafka
@pytest.mark.parametrize("fault", ["killed", "frozen"])
async def test_a_failed_send_is_reported_in_time(own_kafka: KafkaServer, fault: str) -> None:
    view = BrokerView(own_kafka.bootstrap_servers)
    await view.start()
    await view.create(["sixclear.x.thing.v1"], partitions=1)
    await view.stop()
    producer = BatchProducer(own_kafka.bootstrap_servers, timeout_seconds=2.0)
    await producer.start()
    record = Record(b"key", b"{}", [])
    assert (await producer.send("sixclear.x.thing.v1", 0, [record] * 3))[0].last_offset == 2
    own_kafka.kill() if fault == "killed" else own_kafka.freeze()
    began = time.monotonic()
    with pytest.raises(KafkaFailed):
        await producer.send("sixclear.x.thing.v1", 0, [record])
    assert time.monotonic() - began < 5.0
    began = time.monotonic()
    await producer.stop()
    assert time.monotonic() - began < 4.0


@pytest.mark.kafka
@pytest.mark.parametrize("fault", ["killed", "frozen"])
async def test_writes_go_on_while_the_broker_is_away_and_arrive_in_order_afterwards(rig: Rig, fault: str) -> None:
    entities = [new_id() for _ in range(5)]
    await commit_changes(rig.log, entities * 4)
    await eventually(lambda: _applied(rig.effects, 20), within_seconds=20)
    rig.kafka.kill() if fault == "killed" else rig.kafka.freeze()
    await commit_changes(rig.log, entities * 4)
    await eventually(lambda: _behind(rig.relay))
    if fault == "killed":
        await asyncio.to_thread(rig.kafka.start)
    else:
        rig.kafka.thaw()
    await commit_changes(rig.log, entities * 4)
    await eventually(lambda: _all_there(rig.effects, 12), within_seconds=40)


async def _all_there(effects: Effects, last: int) -> bool:
    found = await effects.by_entity()
    return bool(found) and all(set(versions) == set(range(1, last + 1)) for versions in found.values())


@pytest.mark.kafka
@pytest.mark.parametrize("same_cluster_id", [True, False])
async def test_a_wiped_broker_is_filled_again(rig: Rig, same_cluster_id: bool) -> None:
    entities = [new_id() for _ in range(5)]
    await commit_changes(rig.log, entities * 4)
    await eventually(lambda: _applied(rig.effects, 20), within_seconds=20)
    rig.kafka.wipe(same_cluster_id=same_cluster_id)
    await asyncio.to_thread(rig.kafka.start)
    await commit_changes(rig.log, entities)
    await eventually(lambda: _all_there(rig.effects, 5), within_seconds=40)
    assert rig.relay.state().replays >= 1
    newcomer = Effects(rig.log.database, "newcomer")
    topics = [rig.log.topic("thing")]
    consumer = ConsumerLoop(rig.bus, rig.log.database, "newcomer", topics, newcomer.handle, limits=QUICK)
    await consumer.start()
    try:
        await eventually(lambda: _all_there(newcomer, 5), within_seconds=20)
    finally:
        await consumer.stop()
    assert set(await newcomer.by_entity()) == set(entities)
    assert await LogReader(rig.log.database).epoch() == 1, "the broker lost it, not the log"


@pytest.mark.kafka
async def test_a_wiped_broker_is_filled_again_although_nothing_new_happens(rig: Rig) -> None:
    await commit_changes(rig.log, [new_id() for _ in range(5)])
    await eventually(lambda: _applied(rig.effects, 5), within_seconds=20)
    await rig.consumer.stop()
    rig.kafka.wipe(same_cluster_id=True)
    await asyncio.to_thread(rig.kafka.start)
    newcomer = Effects(rig.log.database, "newcomer")
    topics = [rig.log.topic("thing")]
    consumer = ConsumerLoop(rig.bus, rig.log.database, "newcomer", topics, newcomer.handle, limits=QUICK)
    await consumer.start()
    try:
        await eventually(lambda: _applied(newcomer, 5), within_seconds=40)
    finally:
        await consumer.stop()


@pytest.mark.kafka
async def test_a_log_refilled_in_another_order_is_read_from_its_beginning(
    log: EventLog, own_kafka: KafkaServer
) -> None:
    """The silent trap: the stored offset exists in the new log as well, but before it is another record."""
    rig = Rig(log, own_kafka)
    entities = [new_id() for _ in range(5)]
    await rig.start()
    await commit_changes(log, entities * 2)
    await eventually(lambda: _applied(rig.effects, 10), within_seconds=20)
    await rig.stop()
    own_kafka.wipe(same_cluster_id=True)
    await asyncio.to_thread(own_kafka.start)
    async with log.database.transaction() as session:
        await session.execute(text("UPDATE relay_cursor SET offsets = '{}'"))
    await commit_changes(log, entities * 2)
    again = Rig(log, own_kafka)
    await again.relay.start()
    await eventually(lambda: _sent(again.relay, 20), within_seconds=20)
    await request_replay(log.database, from_position=1)
    await again.consumer.start()
    try:
        await eventually(lambda: _applied(rig.effects, 40), within_seconds=20)
    finally:
        await again.stop()
    found = await rig.effects.by_entity()
    assert found == {entity_id: [1, 2, 3, 4, 1, 2, 3, 4] for entity_id in entities}


async def _sent(relay: Relay, position: int) -> bool:
    return relay.state().position >= position and relay.state().backlog_rows == 0


@pytest.mark.kafka
async def test_a_missing_topic_keeps_no_core_busy(rig: Rig, record_property: Callable[[str, object], None]) -> None:
    """From the moment when the broker is back without its topics, before our client is let go and after."""
    await commit_changes(rig.log, [new_id()] * 5)
    await eventually(lambda: _applied(rig.effects, 5), within_seconds=20)
    await rig.relay.stop()
    rebuilds = rig.consumer.state().rebuilds
    rig.kafka.wipe(same_cluster_id=True)
    await asyncio.to_thread(rig.kafka.start)
    noticing = await _busy_seconds(of=3.0)
    await eventually(lambda: _rebuilt(rig, rebuilds))
    waiting = await _busy_seconds(of=3.0)
    await rig.consumer.stop()
    assert max(noticing, waiting) < 0.6, (noticing, waiting)
    left_open = AIOKafkaConsumer(bootstrap_servers=rig.kafka.bootstrap_servers)
    await left_open.start()
    left_open.assign([TopicPartition(rig.log.topic("thing"), 0)])
    asking = asyncio.create_task(left_open.getmany(timeout_ms=10_000))
    spinning = await _busy_seconds(of=3.0)
    asking.cancel()
    await left_open.stop()
    seconds = f"{noticing:.2f} while it is noticed, {waiting:.2f} afterwards, {spinning:.2f} by a client left alone"
    record_property("figure", f"missing topic: CPU seconds of 3: {seconds}")
    assert spinning > 3 * max(noticing, waiting), "a client left alone no longer spins: this test proves nothing"


async def _busy_seconds(of: float) -> float:
    """How much of a core this process uses during the next `of` seconds."""
    began, busy = time.monotonic(), time.process_time()
    await eventually(lambda: _after(began + of), within_seconds=of + 5)
    return time.process_time() - busy


async def _rebuilt(rig: Rig, before: int) -> bool:
    return rig.consumer.state().rebuilds > before and rig.consumer.state().lag is not None


async def _after(moment: float) -> bool:
    return time.monotonic() > moment
