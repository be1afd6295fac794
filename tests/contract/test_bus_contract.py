"""What a consumer may rely on, with either bus: the same cases on the in-process bus and on a real Kafka."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from tests.contract.broken_buses import GoneLater, StuckAtFirst

from sixclear.common.bus import positions
from sixclear.common.bus.consumer import ConsumerLimits, ConsumerLoop
from sixclear.common.bus.dead_letters import DeadLetterPolicy
from sixclear.common.bus.envelope import Envelope
from sixclear.common.bus.protocol import Lag
from sixclear.common.ids import new_id
from sixclear.common.testing.bus import BusHarness, Effects, change, commit_changes, kafka_harness, memory_harness
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.postgres import EmptyDatabase

pytestmark = pytest.mark.asyncio

QUICK = ConsumerLimits(batch_size=50, fetch_seconds=0.2, first_backoff_seconds=0.01, retries=2, stuck_after_seconds=1)


@pytest_asyncio.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.kafka)])
async def harness(request: pytest.FixtureRequest, empty_database: EmptyDatabase) -> AsyncIterator[BusHarness]:
    if request.param == "memory":
        async with memory_harness(await empty_database()) as made:
            yield made
    else:
        server = request.getfixturevalue("kafka_server")
        async with kafka_harness(await empty_database(), server.bootstrap_servers) as made:
            yield made


@asynccontextmanager
async def running(
    harness: BusHarness, effects: Effects, group: str = "view", **options: Any
) -> AsyncIterator[ConsumerLoop]:
    arguments: dict[str, Any] = {
        "bus": harness.bus,
        "database": harness.database,
        "group": group,
        "topics": [harness.topic],
        "handle": effects.handle,
        "limits": QUICK,
    }
    loop = ConsumerLoop(**(arguments | options))
    await loop.start()
    try:
        yield loop
    finally:
        await loop.stop()


async def _applied(effects: Effects, count: int) -> bool:
    return await effects.count() >= count


async def test_everything_comes_once_and_in_order_per_entity(harness: BusHarness) -> None:
    entities = [new_id() for _ in range(5)]
    effects = Effects(harness.database, "view")
    await commit_changes(harness.log, entities * 4)
    async with running(harness, effects):
        await commit_changes(harness.log, entities * 6)
        await eventually(lambda: _applied(effects, 50))
    assert await effects.by_entity() == {entity_id: list(range(1, 11)) for entity_id in entities}


async def test_a_broken_trace_context_in_the_table_costs_the_trace_never_the_event(harness: BusHarness) -> None:
    entities = [new_id() for _ in range(4)]
    effects = Effects(harness.database, "view")
    async with harness.database.transaction() as session:
        for entity_id in entities:
            await change(session, harness.log, entity_id)
        await session.execute(text("UPDATE event SET traceparent = 'rubbish ' || event_id WHERE event_id <> 2"))
        await session.execute(text("UPDATE event SET traceparent = '' WHERE event_id = 2"))
    harness.log.wake()
    async with running(harness, effects) as loop:
        await eventually(lambda: _applied(effects, 4))
        assert loop.state().dead_letters == 0
    assert await effects.by_entity() == {entity_id: [1] for entity_id in entities}


async def test_a_crash_in_the_middle_of_a_batch_leaves_no_trace_and_is_repeated(harness: BusHarness) -> None:
    effects = Effects(harness.database, "view")
    attempts = 0

    async def crash_at_first(session: AsyncSession, envelopes: Sequence[Envelope]) -> None:
        nonlocal attempts
        attempts += 1
        await effects.handle(session, envelopes)
        if attempts <= 2:
            raise RuntimeError("crashed after writing")

    await commit_changes(harness.log, [new_id()] * 10)
    async with running(harness, effects, handle=crash_at_first):
        await eventually(lambda: _applied(effects, 10))
    assert attempts > 2
    assert list((await effects.by_entity()).values()) == [list(range(1, 11))]


async def test_a_consumer_cancelled_before_its_commit_sees_the_messages_again(harness: BusHarness) -> None:
    effects = Effects(harness.database, "view")
    hanging = asyncio.Event()

    async def hang(session: AsyncSession, envelopes: Sequence[Envelope]) -> None:
        await effects.handle(session, envelopes)
        hanging.set()
        await asyncio.Event().wait()

    await commit_changes(harness.log, [new_id()] * 3)
    async with running(harness, effects, handle=hang) as loop:
        await asyncio.wait_for(hanging.wait(), 15)
        await asyncio.wait_for(loop.stop(deadline_seconds=2.0), 2.5)
    assert await effects.count() == 0
    async with running(harness, effects):
        await eventually(lambda: _applied(effects, 3))
    assert list((await effects.by_entity()).values()) == [[1, 2, 3]]


async def test_stop_keeps_its_deadline_even_when_the_handler_refuses_to_end(harness: BusHarness) -> None:
    release, hanging = asyncio.Event(), asyncio.Event()

    async def stubborn(session: AsyncSession, envelopes: Sequence[Envelope]) -> None:
        hanging.set()
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    await commit_changes(harness.log, [new_id()])
    async with running(harness, Effects(harness.database, "view"), handle=stubborn) as loop:
        await asyncio.wait_for(hanging.wait(), 15)
        assert loop._tasks is not None
        runner = loop._tasks[0]
        await asyncio.wait_for(loop.stop(deadline_seconds=1.0), 1.5)
        assert not runner.done()
        release.set()
        await asyncio.wait([runner], timeout=5)


async def test_groups_know_nothing_of_each_other(harness: BusHarness) -> None:
    good, late = Effects(harness.database, "good"), Effects(harness.database, "late")

    async def broken(session: AsyncSession, envelopes: Sequence[Envelope]) -> None:
        raise RuntimeError("always")

    async with running(harness, good, "good"), running(harness, good, "broken", handle=broken):
        await commit_changes(harness.log, [new_id()] * 20)
        await eventually(lambda: _applied(good, 20))
        async with running(harness, late, "late"):
            await eventually(lambda: _applied(late, 20))
    assert await good.by_entity() == await late.by_entity()


async def test_a_stopped_group_goes_on_where_it_was(harness: BusHarness) -> None:
    effects = Effects(harness.database, "view")
    entity_id = new_id()
    await commit_changes(harness.log, [entity_id] * 5)
    async with running(harness, effects):
        await eventually(lambda: _applied(effects, 5))
    async with harness.database.session() as session:
        stored = await positions.load(session, "view")
    assert sum(position.offset for position in stored.values()) >= 5
    assert {position.last_position for position in stored.values()} == {5}
    await commit_changes(harness.log, [entity_id] * 5)
    async with running(harness, effects):
        await eventually(lambda: _applied(effects, 10))
    assert await effects.by_entity() == {entity_id: list(range(1, 11))}


async def test_a_slow_handler_is_never_given_more_than_a_batch(harness: BusHarness) -> None:
    effects = Effects(harness.database, "view")
    gate, largest = asyncio.Event(), 0

    async def slow(session: AsyncSession, envelopes: Sequence[Envelope]) -> None:
        nonlocal largest
        largest = max(largest, len(envelopes))
        await gate.wait()
        await effects.handle(session, envelopes)

    await commit_changes(harness.log, [new_id() for _ in range(10)] * 30)
    async with running(harness, effects, handle=slow) as loop:
        await eventually(lambda: _lag_is(loop, 300))
        gate.set()
        await eventually(lambda: _applied(effects, 300))
    assert largest <= QUICK.batch_size


async def _lag_is(loop: ConsumerLoop, messages: int) -> bool:
    lag = loop.state().lag
    return lag is not None and lag.messages == messages


async def test_lag_is_known_in_messages_and_in_seconds(harness: BusHarness) -> None:
    effects = Effects(harness.database, "view")
    gate = asyncio.Event()

    async def wait_at_the_gate(session: AsyncSession, envelopes: Sequence[Envelope]) -> None:
        await gate.wait()
        await effects.handle(session, envelopes)

    async def aged() -> Lag | None:
        lag = loop.state().lag
        return lag if lag and lag.messages == 7 and (lag.seconds or 0) > 1.0 else None

    await commit_changes(harness.log, [new_id()] * 7)
    async with running(harness, effects, handle=wait_at_the_gate) as loop:
        lag = await eventually(aged)
        assert lag is not None
        assert 1.0 < (lag.seconds or 0) < 30
        gate.set()
        await eventually(lambda: _lag_is(loop, 0))
        assert loop.state().last_progress_at is not None


async def test_a_message_that_cannot_be_handled_is_set_aside_and_the_rest_goes_on(harness: BusHarness) -> None:
    effects = Effects(harness.database, "view")
    poison, others = new_id(), [new_id() for _ in range(3)]

    async def picky(session: AsyncSession, envelopes: Sequence[Envelope]) -> None:
        await effects.handle(session, envelopes)
        if any(envelope.entity_id == poison for envelope in envelopes):
            raise ValueError("cannot be read\nsecret parameters: 42")

    await commit_changes(harness.log, [*others, poison, *others])
    async with running(harness, effects, handle=picky) as loop:
        await eventually(lambda: _applied(effects, 6))
        await eventually(lambda: _dead_letters(harness, 1))
        assert loop.state().dead_letters == 1
        assert loop.state().halted_reason is None
    assert poison not in await effects.by_entity()
    async with harness.database.session() as session:
        row = (await session.execute(text("SELECT topic, record_key, reason FROM dead_letter"))).one()
    assert row.topic == harness.topic
    assert row.record_key == str(poison).encode()
    assert row.reason == "ValueError: cannot be read"
    async with running(harness, effects, handle=picky) as loop:
        await commit_changes(harness.log, others)
        await eventually(lambda: _applied(effects, 9))
        assert loop.state().dead_letters == 1


async def _dead_letters(harness: BusHarness, count: int) -> bool:
    async with harness.database.session() as session:
        return bool((await session.execute(text("SELECT count(*) FROM dead_letter"))).scalar_one() == count)


async def test_a_bad_release_halts_instead_of_emptying_the_topic(harness: BusHarness) -> None:
    effects = Effects(harness.database, "view")
    broken = True

    async def release(session: AsyncSession, envelopes: Sequence[Envelope]) -> None:
        if broken:
            raise KeyError("a field that was renamed")
        await effects.handle(session, envelopes)

    async def halted() -> bool:
        return loop.state().halted_reason is not None

    entity_id = new_id()
    await commit_changes(harness.log, [entity_id] * 30)
    policy = DeadLetterPolicy(max_consecutive=3, max_ratio=0.5, window=100)
    async with running(harness, effects, handle=release, dead_letter_policy=policy) as loop:
        await eventually(halted, within_seconds=20)
        assert await _dead_letters(harness, 3)
        broken = False
        loop.resume()
        await eventually(lambda: _applied(effects, 27))
        assert loop.state().halted_reason is None
    assert await effects.by_entity() == {entity_id: list(range(4, 31))}


async def test_stop_works_while_halted(harness: BusHarness) -> None:
    async def broken(session: AsyncSession, envelopes: Sequence[Envelope]) -> None:
        raise KeyError("x")

    async def halted() -> bool:
        return loop.state().halted_reason is not None

    await commit_changes(harness.log, [new_id()])
    policy = DeadLetterPolicy(max_consecutive=0)
    effects = Effects(harness.database, "view")
    async with running(harness, effects, handle=broken, dead_letter_policy=policy) as loop:
        await eventually(halted)
        await asyncio.wait_for(loop.stop(), 2.0)


async def test_two_processes_of_one_group_never_handle_a_message_twice(harness: BusHarness) -> None:
    effects = Effects(harness.database, "view")
    entities = [new_id() for _ in range(4)]
    async with running(harness, effects), running(harness, effects):
        await commit_changes(harness.log, entities * 25)
        await eventually(lambda: _applied(effects, 100), within_seconds=20)
    assert await effects.by_entity() == {entity_id: list(range(1, 26)) for entity_id in entities}


async def test_unpublished_events_stay_inside(harness: BusHarness) -> None:
    effects = Effects(harness.database, "view")
    sealed, public = new_id(), new_id()
    async with harness.database.transaction() as session:
        await change(session, harness.log, sealed, published=False)
    await commit_changes(harness.log, [public])
    async with running(harness, effects):
        await eventually(lambda: _applied(effects, 1))
    assert await effects.by_entity() == {public: [1]}


async def test_what_follows_a_commit_is_told_and_may_fail(harness: BusHarness) -> None:
    effects = Effects(harness.database, "view")
    told: list[int] = []

    async def after_commit(envelopes: Sequence[Envelope]) -> None:
        assert await effects.count() >= len(told) + len(envelopes)
        told.extend(envelope.version for envelope in envelopes)
        raise RuntimeError("nobody listens")

    await commit_changes(harness.log, [new_id()] * 3)
    async with running(harness, effects, after_commit=after_commit):
        await eventually(lambda: _applied(effects, 3))
    assert told == [1, 2, 3]


@pytest.mark.parametrize("how", ["silent", "hanging"])
async def test_a_stuck_subscription_is_rebuilt(harness: BusHarness, how: str) -> None:
    effects = Effects(harness.database, "view")
    bus = StuckAtFirst(harness.bus, how)
    await commit_changes(harness.log, [new_id()] * 3)
    async with running(harness, effects, bus=bus, limits=replace(QUICK, fetch_limit_seconds=1.5)) as loop:
        await eventually(lambda: _applied(effects, 3))
        assert loop.state().rebuilds >= 1
    assert bus.made >= 2


async def test_while_the_bus_is_away_nobody_says_that_nothing_waits(harness: BusHarness) -> None:
    bus = GoneLater(harness.bus)
    async with running(harness, Effects(harness.database, "view"), bus=bus) as loop:

        async def at_peace() -> bool:
            lag = loop.state().lag
            return lag is not None and lag.messages == 0

        async def unknown() -> bool:
            return loop.state().lag is None

        await eventually(at_peace)
        bus.away.set()
        await eventually(unknown)
        assert loop.state().lag_known_at is not None


async def test_a_message_continues_the_trace_of_the_request_that_made_it(harness: BusHarness) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    harness.log._tracer = provider.get_tracer("sixclear.demo")
    effects = Effects(harness.database, "view")
    with provider.get_tracer("test").start_as_current_span("POST") as post:
        await commit_changes(harness.log, [new_id()])
    await commit_changes(harness.log, [new_id()])
    async with running(harness, effects) as loop:
        loop._handler._tracer = provider.get_tracer("sixclear.view")
        await eventually(lambda: _applied(effects, 2))
    spans = {span.name: span for span in exporter.get_finished_spans()}
    create, process = spans[f"create {harness.topic}"], spans[f"process {harness.topic}"]
    assert process.kind is trace.SpanKind.CONSUMER
    assert create.context is not None
    assert process.context is not None
    assert create.context.trace_id == process.context.trace_id == post.get_span_context().trace_id
    assert process.parent is not None
    assert process.parent.span_id == create.context.span_id
    assert [link.context.span_id for link in process.links] == [create.context.span_id]
    assert sum(span.name.startswith("process") for span in exporter.get_finished_spans()) == 1


async def test_a_restored_log_is_read_again_from_its_beginning(harness: BusHarness) -> None:
    """The epoch that a restore raises tells that positions of before mean nothing any more."""
    effects = Effects(harness.database, "view")
    entity_id = new_id()
    await commit_changes(harness.log, [entity_id] * 4)
    async with running(harness, effects):
        await eventually(lambda: _applied(effects, 4))
    await harness.restore()
    async with running(harness, effects):
        await eventually(lambda: _applied(effects, 8), within_seconds=20)
    assert sorted((await effects.by_entity())[entity_id]) == [1, 1, 2, 2, 3, 3, 4, 4]
