"""A census on a real PostgreSQL: it holds at its position while others write, and is stated once in each interval."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common import census
from sixclear.common.census import Census, CensusCount, CensusData
from sixclear.common.db import Database
from sixclear.common.events.catalogue import EntityEvents, EventCatalogue
from sixclear.common.events.log import EventLog, StoredEvent
from sixclear.common.events.settled import Settled, WritersBusy, settled
from sixclear.common.ids import new_id, stable_id
from sixclear.common.testing.bus import ThingData, change, commit_changes, create_tables
from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.postgres import EmptyDatabase

pytestmark = pytest.mark.asyncio

EVENTS = EventCatalogue(
    "demo",
    (
        EntityEvents("thing", "A thing.", ThingData, {"changed": "It changed."}),
        EntityEvents("census", "Things by the number of their changes.", CensusData, {"stated": "Counted."}),
    ),
)
THINGS = [stable_id("thing", str(number)) for number in range(200)]
# The last ten minutes of 4 December in Hanoi begin at 16:50 UTC.
EVENING = datetime(2025, 12, 4, 16, 52, tzinfo=UTC)


@pytest_asyncio.fixture
async def log(empty_database: EmptyDatabase) -> AsyncIterator[EventLog]:
    database = Database(
        await empty_database(),
        application_name="test",
        pool_size=24,
        statement_timeout_seconds=60,
        transaction_timeout_seconds=60,
    )
    await create_tables(database, census.DDL_V1)
    try:
        yield EventLog(EVENTS, database)
    finally:
        await database.close()


async def count_things(session: AsyncSession, _at: datetime) -> Sequence[CensusCount]:
    """Things by their version."""
    rows = await session.execute(text("SELECT version, count(*) FROM entity GROUP BY version"))
    return [CensusCount(group=None, state=str(version), count=n) for version, n in rows]


def folded(events: Sequence[StoredEvent], position: int) -> dict[UUID, int]:
    """The version of each thing by the events up to a position."""
    return {e.entity_id: e.version for e in events if e.entity_type == "thing" and e.event_id <= position}


async def stated(log: EventLog) -> list[dict[str, Any]]:
    """The data of every census in the log."""
    events = await log.reader().read(0, 100_000)
    return [dict(event.data) for event in events if event.entity_type == "census"]


@asynccontextmanager
async def writers(log: EventLog, number: int) -> AsyncIterator[None]:
    """Transactions of several entities each, open for a while, some rolled back, until the block ends."""
    ended = asyncio.Event()

    async def write(seed: int) -> None:
        chance = random.Random(seed)
        while not ended.is_set():
            try:
                async with log.database.transaction() as session:
                    # Tried without a pause here; on a busy machine that adds up to more than a service may wait.
                    await session.execute(text("SET LOCAL lock_timeout = '60s'"))
                    for entity_id in sorted(chance.sample(THINGS, 3)):
                        await change(session, log, entity_id)
                        await session.execute(text("SELECT pg_sleep(:s)"), {"s": chance.random() / 200})
                    if chance.random() < 0.2:
                        raise KeyError
            except KeyError:
                pass  # rolled back: its numbers stay free

    writing = [asyncio.create_task(write(seed)) for seed in range(number)]
    try:
        yield
    finally:
        ended.set()
        await asyncio.gather(*writing)


async def snapshots(log: EventLog, number: int, taken: "Any" = settled) -> list[tuple[int, dict[UUID, int]]]:
    """Position and rows of some snapshots that are taken while others write."""
    found: list[tuple[int, dict[UUID, int]]] = []
    async with writers(log, 8):
        while len(found) < number:
            place: AbstractAsyncContextManager[Settled] = taken(log.database, 0.2)
            with suppress(WritersBusy):
                async with place as snapshot:
                    await snapshot.session.execute(text("SELECT pg_sleep(0.005)"))  # others go on writing
                    rows = await snapshot.session.execute(text("SELECT entity_id, version FROM entity"))
                    found.append((snapshot.position, {row[0]: row[1] for row in rows}))
    return found


@asynccontextmanager
async def only_a_snapshot(database: Database, _wait_seconds: float) -> AsyncIterator[Settled]:
    """The rule taken out: one snapshot for position and rows, whatever is still being written."""
    async with database.session() as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        position = await session.scalar(text("SELECT coalesce(max(event_id), 0) FROM event"))
        yield Settled(session, int(position or 0), 1)


async def test_every_snapshot_is_the_fold_of_the_log_up_to_its_position(log: EventLog) -> None:
    found = await snapshots(log, 25)
    events = await log.reader().read(0, 100_000)
    assert len({position for position, _ in found}) > 12, "nothing was written meanwhile"
    for position, rows in found:
        assert rows == folded(events, position), position


async def test_a_snapshot_alone_is_not_for_lower_numbers_commit_later(log: EventLog) -> None:
    found = await snapshots(log, 25, only_a_snapshot)
    events = await log.reader().read(0, 100_000)
    assert any(rows != folded(events, position) for position, rows in found)


async def test_every_census_is_the_fold_of_the_log_up_to_its_position_while_others_write(log: EventLog) -> None:
    clock = MovingClock(EVENING)
    replicas = [Census(log, count_things, clock) for _ in range(2)]
    async with writers(log, 8):
        told = 0
        while told < 8:
            clock.pass_by(minutes=10)
            tried = (replica.state_if_due(wait_seconds=0.5) for replica in replicas)
            told += (await asyncio.gather(*tried, return_exceptions=True)).count(True)  # writers may be busy
    events = await log.reader().read(0, 100_000)
    censuses = await stated(log)
    assert len(censuses) == len({data["counted_at"] for data in censuses}) == told
    for data in censuses:
        versions = list(folded(events, data["position"]).values())
        counts = {item["state"]: item["count"] for item in data["counts"]}
        assert counts == {str(version): versions.count(version) for version in set(versions)}


async def test_writers_go_on_while_a_census_counts(log: EventLog) -> None:
    await commit_changes(log, [THINGS[0]])
    async with settled(log.database, 1) as place:
        await commit_changes(log, [THINGS[0], THINGS[1]])
        rows = await place.session.execute(text("SELECT entity_id, version FROM entity"))
        assert (place.position, {row[0]: row[1] for row in rows}) == (1, {THINGS[0]: 1})


async def test_a_writer_that_does_not_end_makes_it_wait_and_then_give_up(log: EventLog) -> None:
    clock = MovingClock(EVENING)
    source = Census(log, count_things, clock)
    clock.pass_by(minutes=10)
    async with log.database.transaction() as open_one:
        await change(open_one, log, new_id())
        with pytest.raises(WritersBusy):
            await source.state_if_due(wait_seconds=0.05)
        await commit_changes(log, [new_id()])
    assert await stated(log) == []
    assert await source.state_if_due()
    assert [data["position"] for data in await stated(log)] == [2]


async def test_an_empty_log_says_with_the_next_interval_that_there_is_nothing(log: EventLog) -> None:
    clock = MovingClock(EVENING)
    source = Census(log, count_things, clock)
    assert not await source.state_if_due()
    clock.pass_by(minutes=8)
    assert await source.state_if_due()
    assert await stated(log) == [
        {
            "change": "stated",
            "census_id": str(stable_id("census", "demo")),
            "epoch": 1,
            "position": 0,
            "counted_at": "2025-12-04T17:00:00Z",
            "day_ended": None,
            "counts": [],
        }
    ]


async def test_one_of_two_replicas_states_it(log: EventLog) -> None:
    clock = MovingClock(EVENING)
    replicas = [Census(log, count_things, clock) for _ in range(2)]
    for _ in range(5):
        clock.pass_by(minutes=10)
        did = await asyncio.gather(*(replica.state_if_due() for replica in replicas))
        assert sorted(did) == [False, True]
        assert not await replicas[0].state_if_due()
    events = await log.reader().read(0, 100)
    assert [(event.version, event.previous_version) for event in events] == [(1, None), (2, 1), (3, 2), (4, 3), (5, 4)]


async def test_a_replica_that_counted_beside_another_is_refused(log: EventLog) -> None:
    clock = MovingClock(EVENING)
    other = Census(log, count_things, clock)

    async def slowly(session: AsyncSession, at: datetime) -> Sequence[CensusCount]:
        assert await other.state_if_due()
        return await count_things(session, at)

    slow = Census(log, slowly, clock)
    clock.pass_by(minutes=10)
    assert not await slow.state_if_due()
    assert len(await stated(log)) == 1


async def test_the_first_census_after_midnight_in_hanoi_closes_the_day(log: EventLog) -> None:
    clock = MovingClock(EVENING)
    source = Census(log, count_things, clock)
    clock.pass_by(minutes=-10)
    source = Census(log, count_things, clock)
    clock.pass_by(minutes=10)
    for _ in range(3):
        assert await source.state_if_due()
        clock.pass_by(minutes=10)
    clock.pass_by(days=3)
    assert await source.state_if_due(), "missed ones are made up for by one"
    ended = [data["day_ended"] for data in await stated(log)]
    assert ended == [None, "2025-12-04", None, str(date(2025, 12, 7))]


async def test_it_is_stated_by_itself_and_what_fails_is_tried_again(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = MovingClock(EVENING)
    failures = [OperationalError("", {}, Exception("away"))]

    async def fails_once(session: AsyncSession, at: datetime) -> Sequence[CensusCount]:
        if failures:
            raise failures.pop()
        return await count_things(session, at)

    monkeypatch.setattr(census, "_LOOK_SECONDS", 0.01)
    source = Census(log, fails_once, clock)
    seen = log.generation
    await source.start()
    clock.pass_by(minutes=10)
    await log.wait(20, seen=seen)
    await source.stop()
    assert len(await stated(log)) == 1
    assert not failures
    assert timedelta(minutes=10) == census.EVERY
