"""The event table and its reader on a real PostgreSQL: nothing skipped, no entity's order broken."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
import pytest_asyncio
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from sixclear.common.clock import utc_now
from sixclear.common.db import Database
from sixclear.common.events.append import MAX_DATA_BYTES, EventTooLarge
from sixclear.common.events.catalogue import UndeclaredEvent
from sixclear.common.events.log import EventLog, NewEvent, StoredEvent
from sixclear.common.events.reader import LogReader
from sixclear.common.ids import new_id
from sixclear.common.testing.bus import change, commit_changes, create_tables, things_of
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.postgres import EmptyDatabase

pytestmark = pytest.mark.asyncio


class ReaderThatIgnoresHoles(LogReader):
    """The rule taken out: whatever is visible is taken."""

    def _contiguous(self, rows: Sequence[StoredEvent], after: int) -> Sequence[StoredEvent]:
        return rows


class ReaderByTransactionId(LogReader):
    """The rule that one finds in articles: order by transaction id below the oldest running one."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._sent: set[int] = set()

    async def read(self, after: int, limit: int) -> Sequence[StoredEvent]:
        statement = text(
            """SELECT event_id FROM event
               WHERE pg_visible_in_snapshot(xmin::text::xid8, pg_current_snapshot())
                 AND xmin::text::xid8 < pg_snapshot_xmin(pg_current_snapshot())
               ORDER BY xmin::text::bigint, event_id"""
        )
        async with self._engine.connect() as connection:
            ids = list((await connection.execute(statement)).scalars())
        fresh = [event_id for event_id in ids if event_id not in self._sent]
        self._sent.update(fresh)
        by_id = {row.event_id: row for row in await self._fetch(0, 100_000)}
        return [by_id[event_id] for event_id in fresh]


@pytest_asyncio.fixture
async def log(empty_database: EmptyDatabase) -> AsyncIterator[EventLog]:
    # Twenty writers in one process on a busy machine hold their locks for longer than a service may.
    url = await empty_database()
    database = Database(
        url,
        application_name="test",
        pool_size=24,
        statement_timeout_seconds=60,
        transaction_timeout_seconds=60,
    )
    await create_tables(database)
    try:
        yield EventLog(things_of("demo"), database)
    finally:
        await database.close()


@asynccontextmanager
async def open_transaction(log: EventLog, *entity_ids: UUID) -> AsyncIterator[None]:
    """A transaction that appended and is committed only at the end of the block."""
    async with log.database.transaction() as session:
        for entity_id in entity_ids:
            await change(session, log, entity_id)
        yield


class Follower:
    """Reads everything that a reader gives, as a relay does: from where it stands."""

    def __init__(self, reader: LogReader) -> None:
        self.reader = reader
        self.events: list[StoredEvent] = []
        self.after = 0

    async def catch_up(self) -> list[StoredEvent]:
        while rows := await self.reader.read(self.after, 100):
            self.events.extend(rows)
            self.after = max(self.after, rows[-1].event_id)
        return self.events

    def lost(self, stored: Sequence[StoredEvent]) -> set[int]:
        return {event.event_id for event in stored} - {event.event_id for event in self.events}

    def order_breaks(self) -> int:
        last: dict[UUID, int] = {}
        breaks = 0
        for event in self.events:
            breaks += event.version <= last.get(event.entity_id, 0)
            last[event.entity_id] = max(event.version, last.get(event.entity_id, 0))
        return breaks


async def _stored(log: EventLog) -> Sequence[StoredEvent]:
    return await ReaderThatIgnoresHoles(log.database).read(0, 1_000_000)


async def _late_commit(log: EventLog, reader: LogReader) -> Follower:
    follower = Follower(reader)
    async with open_transaction(log, new_id()):
        await commit_changes(log, [new_id(), new_id()])
        await follower.catch_up()
    await follower.catch_up()
    return follower


async def test_a_transaction_that_commits_late_is_never_skipped(log: EventLog) -> None:
    follower = await _late_commit(log, log.reader())
    assert [event.event_id for event in follower.events] == [1, 2, 3]
    assert not follower.lost(await _stored(log))


async def test_without_the_hole_rule_the_late_commit_is_lost(log: EventLog) -> None:
    follower = await _late_commit(log, ReaderThatIgnoresHoles(log.database))
    assert follower.lost(await _stored(log)) == {1}


async def _early_id_late_lock(log: EventLog, reader: LogReader) -> Follower:
    """One takes its transaction id first and its row lock last; readers look in between and at the end."""
    entity_id = new_id()
    follower = Follower(reader)
    async with log.database.transaction() as early:
        await early.execute(text("SELECT pg_current_xact_id()"))
        await commit_changes(log, [entity_id])
        async with log.database.transaction() as late:
            await change(late, log, entity_id)
            await follower.catch_up()
        await change(early, log, entity_id)
        await follower.catch_up()
    await follower.catch_up()
    return follower


async def test_an_early_transaction_id_with_a_late_row_lock_never_breaks_the_order(log: EventLog) -> None:
    follower = await _early_id_late_lock(log, log.reader())
    assert [event.version for event in follower.events] == [1, 2, 3]


async def test_ordering_by_transaction_id_would_break_the_order(log: EventLog) -> None:
    follower = await _early_id_late_lock(log, ReaderByTransactionId(log.database))
    assert [event.version for event in follower.events] == [3, 1, 2]


async def test_a_rolled_back_hole_is_passed_as_soon_as_its_writer_has_ended(log: EventLog) -> None:
    reader = log.reader()
    async with log.database.session() as never_committed:
        await change(never_committed, log, new_id())
        await change(never_committed, log, new_id())
        await commit_changes(log, [new_id()])
        assert await reader.read(0, 10) == []
        assert reader.blocked
    rows = await reader.read(0, 10)
    assert [row.event_id for row in rows] == [3]
    assert not reader.blocked


async def test_when_nobody_writes_any_more_one_reading_passes_every_hole(log: EventLog) -> None:
    """Also those that came after the hole that the reader waited at, or the last event would wait for another one."""
    reader = log.reader()
    async with log.database.session() as never_committed:
        await change(never_committed, log, new_id())
        await commit_changes(log, [new_id()])
        assert await reader.read(0, 10) == []
    async with log.database.session() as neither_committed:
        await change(neither_committed, log, new_id())
    await commit_changes(log, [new_id()])
    assert [row.event_id for row in await reader.read(0, 10)] == [2, 4]
    assert not reader.blocked


async def test_a_long_transaction_that_writes_no_event_holds_nothing_back(log: EventLog) -> None:
    async with log.database.transaction() as other:
        await other.execute(text("INSERT INTO entity VALUES (gen_random_uuid(), 1)"))
        async with log.database.session() as never_committed:
            await change(never_committed, log, new_id())
        await commit_changes(log, [new_id()])
        assert [row.event_id for row in await log.reader().read(0, 10)] == [2]


async def test_writers_that_come_later_hold_nothing_back(log: EventLog) -> None:
    """Only those that wrote when the hole was first seen can fill it."""
    reader = log.reader()
    holding, first = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with open_transaction(log, new_id()):
            holding.set()
            await first.wait()

    holder = asyncio.create_task(hold())
    await holding.wait()
    await commit_changes(log, [new_id()])
    assert await reader.read(0, 10) == []
    async with open_transaction(log, new_id()):
        first.set()
        await holder
        assert [row.event_id for row in await reader.read(0, 10)] == [1, 2]


@pytest.mark.parametrize("rule", ["hole rule", "no rule"])
async def test_twenty_writers_with_rollbacks(log: EventLog, rule: str) -> None:
    entities = sorted(new_id() for _ in range(12))
    done = asyncio.Event()

    async def write(seed: int) -> None:
        dice = random.Random(seed)
        for _ in range(25):
            chosen = sorted(dice.sample(entities, dice.randint(1, 4)))
            try:
                async with open_transaction(log, *chosen):
                    await asyncio.sleep(dice.random() * 0.01)
                    if dice.random() < 0.1:
                        raise RuntimeError
            except (RuntimeError, DBAPIError):  # rolled back by its own choice, or after a long wait for a lock
                continue

    follower = Follower(log.reader() if rule == "hole rule" else ReaderThatIgnoresHoles(log.database))

    async def follow() -> None:
        while not done.is_set():
            await follower.catch_up()
            await log.wait(0.005)
        await follower.catch_up()

    following = asyncio.create_task(follow())
    await asyncio.gather(*(write(seed) for seed in range(20)))
    done.set()
    await following
    lost = follower.lost(await _stored(log))
    if rule == "hole rule":
        assert not lost
        assert follower.order_breaks() == 0
        assert len(follower.events) > 100
    else:
        assert lost


async def test_many_events_keep_their_order_and_their_fields(log: EventLog) -> None:
    moment = datetime(2025, 12, 4, 10, 0, tzinfo=UTC)
    events = [
        NewEvent(
            entity_type="thing",
            entity_id=new_id(),
            version=number,
            previous_version=None,
            change="changed",
            data={"số": number, "at": moment},
            occurred_at=moment,
            meta={"actor": "x"},
            published=number != 2,
        )
        for number in range(1, 51)
    ]
    async with log.database.transaction() as session:
        ids = await log.publish_many(session, events, recorded_at=moment)
        assert await log.publish_many(session, [], recorded_at=moment) == []
    assert ids == list(range(1, 51))
    rows = await log.reader().read(0, 100)
    assert [row.version for row in rows] == list(range(1, 51))
    assert rows[2].data == {"số": 3, "at": "2025-12-04T10:00:00Z"}
    assert rows[2].meta == {"actor": "x"}
    assert [row.version for row in rows if not row.published] == [2]
    assert rows[0].occurred_at == rows[0].recorded_at == moment


async def test_history_is_newest_first(log: EventLog) -> None:
    entity_id = new_id()
    await commit_changes(log, [entity_id, new_id(), entity_id, entity_id])
    async with log.database.session() as session:
        history = await log.history(session, "thing", entity_id, 2)
    assert [event.version for event in history] == [3, 2]


async def test_an_event_that_no_broker_would_take_is_refused(log: EventLog) -> None:
    event = NewEvent(
        entity_type="thing",
        entity_id=new_id(),
        version=1,
        previous_version=None,
        change="changed",
        data={"text": "x" * MAX_DATA_BYTES},
        occurred_at=utc_now(),
    )
    with pytest.raises(EventTooLarge):
        async with log.database.transaction() as session:
            await log.publish(session, event, recorded_at=utc_now())


@pytest.mark.parametrize(("entity_type", "change_name"), [("thing", "melted"), ("ghost", "changed")])
async def test_an_event_that_is_not_declared_is_refused_before_anything_is_written(
    log: EventLog, entity_type: str, change_name: str
) -> None:
    async with log.database.transaction() as session:
        declared = await change(session, log, new_id())
        undeclared = replace(declared, entity_type=entity_type, change=change_name)
        with pytest.raises(UndeclaredEvent):
            await log.publish_many(session, [declared, undeclared], recorded_at=utc_now())
    assert len(await log.reader().read(0, 10)) == 1, "nothing of the refused statement was written"


async def test_partitions_are_made_ahead_and_the_default_takes_the_rest(log: EventLog) -> None:
    await log.start()
    try:
        await log.partitions.add()  # a second time changes nothing
        await commit_changes(log, [new_id()])
        async with log.database.transaction() as session:
            event = NewEvent(
                entity_type="thing",
                entity_id=new_id(),
                version=1,
                previous_version=None,
                change="changed",
                data={},
                occurred_at=utc_now(),
            )
            await log.publish(session, event, recorded_at=datetime(2020, 1, 1, tzinfo=UTC))
            places = list((await session.execute(text("SELECT tableoid::regclass::text FROM event"))).scalars())
        assert sorted(places) == sorted([f"event_{utc_now():%Y_%m}", "event_default"])
        assert [row.event_id for row in await log.reader().read(0, 10)] == [1, 2]
    finally:
        await log.stop()


async def test_a_wake_reaches_this_process_and_the_others(log: EventLog) -> None:
    other = EventLog(things_of("demo"), log.database)
    await log.start()
    await other.start()
    try:
        await eventually(lambda: _generation_above(log, 0))
        await eventually(lambda: _generation_above(other, 0))
        seen, seen_by_other = log.generation, other.generation
        waiting = asyncio.create_task(log.wait(30))
        await asyncio.sleep(0)
        log.wake()
        await asyncio.wait_for(waiting, 10)
        await asyncio.wait_for(log.wait(30, seen=seen), 10)
        await asyncio.wait_for(other.wait(30, seen=seen_by_other), 2)
    finally:
        await log.stop()
        await other.stop()


async def _generation_above(log: EventLog, number: int) -> bool:
    return log.generation > number


@pytest.mark.parametrize("sampled", [True, False])
async def test_a_sampled_request_leaves_a_create_span_and_its_context(log: EventLog, sampled: bool) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    log._tracer = provider.get_tracer("sixclear.demo")
    remote = trace.SpanContext(0xABC, 0xDEF, is_remote=True, trace_flags=trace.TraceFlags(1))
    span = provider.get_tracer("test").start_span("POST") if sampled else trace.NonRecordingSpan(remote)
    with trace.use_span(span, end_on_exit=True):
        await commit_changes(log, [new_id()])
    row = (await log.reader().read(0, 1))[0]
    spans = {finished.name: finished for finished in exporter.get_finished_spans()}
    if sampled:
        create = spans["create sixclear.demo.thing.v1"]
        context = create.get_span_context()
        assert create.kind is trace.SpanKind.PRODUCER
        assert create.parent == span.get_span_context()
        assert context is not None
        assert (row.traceparent or "").startswith(f"00-{context.trace_id:032x}-{context.span_id:016x}-")
    else:
        assert not spans
        assert row.traceparent == f"00-{0xABC:032x}-{0xDEF:016x}-01"
