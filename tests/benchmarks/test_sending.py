"""What leaves a service, beside the naive way and the limit in one run: events to the broker, changes to browsers."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import orjson
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer
from tests.benchmarks.conftest import measured

from sixclear.common.bus.envelope import Record, encode_stored
from sixclear.common.bus.kafka import BatchProducer, BrokerView
from sixclear.common.clock import utc_now
from sixclear.common.db import Database
from sixclear.common.events import purge
from sixclear.common.events.log import EventLog, NewEvent
from sixclear.common.ids import new_id
from sixclear.common.relay import relay as relay_module
from sixclear.common.relay.cursor import CursorStore
from sixclear.common.relay.relay import Relay
from sixclear.common.testing.bus import create_tables, things_of, unique_service
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.kafka import Broker
from sixclear.common.testing.postgres import EmptyDatabase
from sixclear.common.web.access import Access
from sixclear.common.web.sse import SseHub

pytestmark = [pytest.mark.benchmark, pytest.mark.slow, pytest.mark.asyncio]
Say = Callable[[str], None]

EVENTS, PARTITIONS = 8_000, 4
CLIENTS, CHANGES = 1_000, 20


@pytest_asyncio.fixture
async def log(empty_database: EmptyDatabase) -> AsyncIterator[EventLog]:
    """An event log with EVENTS events that no relay has sent yet."""
    database = Database(await empty_database(), application_name="test")
    try:
        await create_tables(database, relay_module.DDL_V1, purge.DDL_V1)
        made = EventLog(things_of(unique_service()), database)
        for start in range(0, EVENTS, 1_000):
            events = [_event(number) for number in range(start, start + 1_000)]
            async with database.transaction() as session:
                await made.publish_many(session, events, recorded_at=events[0].occurred_at)
        yield made
    finally:
        await database.close()


def _event(number: int) -> NewEvent:
    return NewEvent(
        entity_type="thing",
        entity_id=new_id(),
        version=1,
        previous_version=None,
        change="changed",
        data={"change": "changed", "title": f"Nhiệm vụ {number}", "status": "in_progress", "percent": number % 100},
        occurred_at=utc_now(),
    )


async def _rate(count: int, work: Awaitable[Any]) -> float:
    began = time.perf_counter()
    await work
    return count / (time.perf_counter() - began)


@pytest.mark.kafka
async def test_a_relay_sends_batches_and_saves_its_cursor_once_for_each(
    log: EventLog, kafka_server: Broker, monkeypatch: pytest.MonkeyPatch, say: Say
) -> None:
    records = [encode_stored(row, log.service, 1) for row in await log.reader().read(0, EVENTS)]
    view = BrokerView(kafka_server.bootstrap_servers)
    await view.start()
    await view.create([log.topic("thing"), log.topic("limit")], partitions=PARTITIONS)
    await view.stop()
    limit = await _limit(kafka_server, log.topic("limit"), records)
    naive = await _one_by_one(kafka_server, log.topic("limit"), records[:500])

    batches = _counted(monkeypatch, BatchProducer, "send")
    saves = _counted(monkeypatch, CursorStore, "save")
    relay = Relay(log, log.database, kafka_server.bootstrap_servers)

    async def sent() -> bool:
        return relay.state().position >= EVENTS

    with measured(log.database.engine) as cost:
        await relay.start()
        ours = await _rate(EVENTS, eventually(sent, within_seconds=60, every_seconds=0.01))
        await relay.stop()
    say(f"relay: {len(batches)} batches, {len(saves)} cursors, {cost.statements} other statements for {EVENTS} events")
    say(f"relay: {ours:.0f} events/s with start and database, {limit:.0f} bare batches, {naive:.0f} one by one")
    assert len(batches) <= PARTITIONS * (EVENTS // 2_000 + 2)
    assert len(saves) <= EVENTS // 2_000 + 2
    assert cost.statements <= 60
    assert ours > 2 * naive


def _counted(monkeypatch: pytest.MonkeyPatch, owner: type, name: str) -> list[None]:
    """Grows by one with each call of a method."""
    calls: list[None] = []
    method = getattr(owner, name)

    def counted(*arguments: Any, **named: Any) -> Any:
        calls.append(None)
        return method(*arguments, **named)

    monkeypatch.setattr(owner, name, counted)
    return calls


async def _limit(broker: Broker, topic: str, records: list[Record]) -> float:
    """The same records in batches to each partition, with nothing around."""
    producer = BatchProducer(broker.bootstrap_servers)
    await producer.start()
    try:
        await producer.send(topic, 0, records[:1])
        parts = [producer.send(topic, number, records[number::PARTITIONS]) for number in range(PARTITIONS)]
        return await _rate(len(records), asyncio.gather(*parts))
    finally:
        await producer.stop()


async def _one_by_one(broker: Broker, topic: str, records: list[Record]) -> float:
    """Each record sent and waited for, as most services do."""
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap_servers, acks="all")
    await producer.start()

    async def send_all() -> None:
        for record in records:
            await producer.send_and_wait(topic, key=record.key, value=record.value, headers=record.headers)

    try:
        return await _rate(len(records), send_all())
    finally:
        await producer.stop()


STATE = {"programmes": {f"programme-{number}": {"total": number, "overdue": 1} for number in range(20)}}


class Stream:
    """One client of the hub as the server sees it; takes everything at once."""

    def __init__(self) -> None:
        self.taken = 0
        self.gone: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()

    async def receive(self) -> dict[str, str]:
        """Nothing comes until the client leaves."""
        return await asyncio.shield(self.gone)

    async def send(self, message: Any) -> None:
        """What the server writes to the connection."""
        self.taken += message["type"] == "http.response.body"


async def test_a_change_is_encoded_once_for_all_who_watch(say: Say) -> None:
    encoded = 0

    def encode() -> bytes:
        nonlocal encoded
        encoded += 1
        return orjson.dumps(STATE)

    hub_seconds = await _by_hub(encode)
    hub_encoded, encoded = encoded, 0
    naive_seconds = await _by_queues(encode)
    naive_encoded, encoded = encoded, 0
    limit_seconds = await _by_bare_sends(encode)
    each = [1e6 * seconds / (CLIENTS * CHANGES) for seconds in (hub_seconds, limit_seconds, naive_seconds)]
    say(f"stream: {hub_encoded} encodings for {CHANGES} changes to {CLIENTS} clients, {naive_encoded} the naive way")
    say("stream: CPU µs per delivery: {:.1f} by the hub, {:.1f} by bare sends, {:.1f} the naive way".format(*each))
    assert hub_encoded == CHANGES
    assert naive_encoded == CLIENTS * CHANGES
    assert hub_seconds < naive_seconds / 2


async def _by_hub(encode: Callable[[], bytes]) -> float:
    async def snapshot() -> tuple[int, bytes]:
        return 0, b"{}"

    hub = SseHub("benchmark", snapshot, access=Access.public("a benchmark"), gather_seconds=0.0)
    await hub.start()
    streams = [Stream() for _ in range(CLIENTS)]
    scope = {"type": "http", "method": "GET", "path": "/stream", "headers": [], "query_string": b""}
    served = [asyncio.create_task(hub(dict(scope), stream.receive, stream.send)) for stream in streams]

    async def have(count: int) -> bool:
        return all(stream.taken >= count for stream in streams)

    await eventually(lambda: have(1))
    began = time.process_time()
    for number in range(1, CHANGES + 1):
        hub.publish("status", encode, number)
        await eventually(lambda expected=number + 1: have(expected), every_seconds=0)  # type: ignore[misc]
    seconds = time.process_time() - began
    await hub.stop()
    await asyncio.gather(*served)
    return seconds


async def _by_queues(encode: Callable[[], bytes]) -> float:
    """A queue and a task for each client, which encodes what it takes."""
    queues: list[asyncio.Queue[int]] = [asyncio.Queue() for _ in range(CLIENTS)]
    streams = [Stream() for _ in range(CLIENTS)]

    async def serve(queue: asyncio.Queue[int], stream: Stream) -> None:
        for _ in range(CHANGES):
            number = await queue.get()
            await stream.send({"type": "http.response.body", "body": b"id: %d\ndata: %b\n\n" % (number, encode())})

    served = [asyncio.create_task(serve(*pair)) for pair in zip(queues, streams, strict=True)]
    began = time.process_time()
    for number in range(CHANGES):
        for queue in queues:
            queue.put_nowait(number)
        await asyncio.sleep(0)
    await asyncio.gather(*served)
    return time.process_time() - began


async def _by_bare_sends(encode: Callable[[], bytes]) -> float:
    """The same bytes handed to every client in one loop: no server can do less."""
    streams = [Stream() for _ in range(CLIENTS)]
    began = time.process_time()
    for _ in range(CHANGES):
        message = {"type": "http.response.body", "body": encode()}
        for stream in streams:
            await stream.send(message)
    return time.process_time() - began
