"""A follower of a log: in order, awake at a commit, held back by an open transaction, and never past a late commit."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import text

from sixclear.common.bus.follower import LogFollower, wait_for_events
from sixclear.common.bus.protocol import Position
from sixclear.common.events.log import EventLog
from sixclear.common.events.reader import LogRestored
from sixclear.common.ids import new_id
from sixclear.common.testing.bus import change, commit_changes, consumed_log
from sixclear.common.testing.postgres import EmptyDatabase

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def log(empty_database: EmptyDatabase) -> AsyncIterator[EventLog]:
    async with consumed_log(await empty_database()) as made:
        yield made


async def read_all(follower: LogFollower) -> list[int]:
    found: list[int] = []
    while rows := await follower.read(2):
        found += [row.event_id for row in rows]
    return found


async def test_it_goes_on_after_the_position_that_was_stored(log: EventLog) -> None:
    await commit_changes(log, [new_id()] * 5)
    follower = LogFollower(log)
    await follower.begin(None)
    assert await read_all(follower) == [1, 2, 3, 4, 5]
    await follower.begin(Position(4, 3, follower.epoch))
    assert await read_all(follower) == [4, 5]


async def test_a_commit_ends_its_wait_also_one_between_reading_and_waiting(log: EventLog) -> None:
    follower = LogFollower(log)
    assert not await follower.read(10)
    await commit_changes(log, [new_id()])
    await asyncio.wait_for(wait_for_events([follower], 60), 5)
    assert await read_all(follower) == [1]
    waiting = asyncio.create_task(wait_for_events([follower, LogFollower(log)], 60))
    await asyncio.sleep(0)
    await commit_changes(log, [new_id()])
    await asyncio.wait_for(waiting, 5)
    assert await read_all(follower) == [2]


async def test_its_wait_ends_when_the_process_stops(log: EventLog) -> None:
    follower, stopping = LogFollower(log), asyncio.Event()
    await follower.read(10)
    waiting = asyncio.create_task(wait_for_events([follower], 60, stopping))
    await asyncio.sleep(0)
    stopping.set()
    await asyncio.wait_for(waiting, 5)


async def test_it_waits_for_a_late_commit_and_looks_again_soon(log: EventLog) -> None:
    follower = LogFollower(log)
    async with log.database.transaction() as late:
        await change(late, log, new_id())
        await commit_changes(log, [new_id()])
        assert await read_all(follower) == []
        await asyncio.wait_for(wait_for_events([follower], 60), 5)
        assert await read_all(follower) == []
    assert await read_all(follower) == [1, 2]


async def test_a_log_that_was_emptied_under_it_gets_a_new_epoch(log: EventLog) -> None:
    await commit_changes(log, [new_id()] * 3)
    follower = LogFollower(log)
    assert await read_all(follower) == [1, 2, 3]
    async with log.database.transaction() as session:
        await session.execute(text("DELETE FROM event WHERE event_id = 3"))
    await commit_changes(log, [new_id()])
    with pytest.raises(LogRestored):
        await follower.read(10)
    assert not await follower.same_epoch()
    await follower.begin(Position(4, 3, 1))
    assert await read_all(follower) == [1, 2, 4]
