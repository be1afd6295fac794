"""A session that the server ends while its client thinks is an ended session, however the driver puts it."""

import asyncio
import os
import signal

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from sixclear.common.bus.failures import overloaded
from sixclear.common.db import Database
from sixclear.common.errors import Unavailable
from sixclear.common.events.signal import LogSignal
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.postgres import EmptyDatabase
from sixclear.common.web.database_errors import problem_for

pytestmark = pytest.mark.asyncio


def _end(backend: int) -> None:
    """End a session as a timeout of the server does; returns when its last word and the end of the socket are sent.

    Waits without the event loop, so that nothing is read meanwhile, as under load.
    """
    os.kill(backend, signal.SIGTERM)
    while os.path.exists(f"/proc/{backend}"):
        os.sched_yield()


async def _turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def _asked_too_late(database: Database, turns: int) -> DBAPIError:
    with pytest.raises(DBAPIError) as raised:
        await _ask_too_late(database, turns)
    return raised.value


async def _ask_too_late(database: Database, turns: int) -> None:
    async with database.transaction() as session:
        _end((await session.execute(text("SELECT pg_backend_pid()"))).scalar_one())
        await _turns(turns)
        await session.execute(text("SELECT 2"))


def _causes(error: BaseException | None) -> list[str]:
    found = []
    while error is not None:
        found.append(str(error))
        error = error.__cause__ or error.__context__
    return found


async def test_what_is_asked_of_an_ended_session_says_that_it_ended(empty_database: EmptyDatabase) -> None:
    database = Database(await empty_database(), application_name="test", pool_size=1)
    errors = [await _asked_too_late(database, turns) for turns in range(6)]
    # Between the server's last word and the end of the socket: what was seen under load.
    assert any("cannot switch to state" in cause for error in errors for cause in _causes(error))
    for error in errors:
        assert "cannot switch to state" not in str(error)
        assert error.connection_invalidated
        assert overloaded(error)
        assert isinstance(problem_for(error), Unavailable)
    async with database.session() as session:
        assert (await session.execute(text("SELECT 1"))).scalar_one() == 1
    await database.close()


async def test_statements_that_are_cancelled_leave_neither_a_broken_nor_a_lost_connection(
    empty_database: EmptyDatabase,
) -> None:
    """Requests that are given up in the middle of a statement, by the dozen, on a small pool."""
    database = Database(await empty_database(), application_name="cancelled", pool_size=3)
    failures: list[Exception] = []

    async def work() -> None:
        try:
            async with database.transaction() as session:
                while True:
                    await session.execute(text("SELECT pg_sleep(0.001)"))
        except Exception as error:
            failures.append(error)

    for turns in range(120):
        working = [asyncio.create_task(work()) for _ in range(3)]
        await _turns(turns)
        for task in working:
            task.cancel()
        await asyncio.wait(working)
    assert failures == []
    for _ in range(3):
        async with database.transaction() as session:
            await session.execute(text("SELECT 1"))
    statement = text("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cancelled'")

    async def connections() -> bool:
        async with database.session() as session:
            return int((await session.execute(statement)).scalar_one()) <= 3

    await eventually(connections)
    await database.close()


@pytest.mark.parametrize("turns", range(1, 5))
async def test_a_signal_whose_session_was_ended_listens_again(empty_database: EmptyDatabase, turns: int) -> None:
    database = Database(await empty_database(), application_name="test", pool_size=1)
    log_signal = LogSignal(database.engine, "signal under test")
    statement = text("SELECT pid FROM pg_stat_activity WHERE application_name = 'signal under test' AND pid <> :pid")

    async def listening(other_than: int = 0) -> int | None:
        async with database.session() as session:
            pid: int | None = await session.scalar(statement, {"pid": other_than})
            return pid

    await log_signal.start()
    try:
        first = await eventually(listening)
        assert first is not None
        _end(first)
        await _turns(turns)
        log_signal.wake()
        assert await eventually(lambda: listening(first))
    finally:
        await log_signal.stop(1.0)
        await database.close()


async def test_the_driver_s_own_word_for_it_is_a_passing_difficulty() -> None:
    error = asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress")
    assert isinstance(problem_for(error), Unavailable)


async def test_what_takes_too_long_is_told_to_send_fewer_items(empty_database: EmptyDatabase) -> None:
    database = Database(await empty_database(), application_name="test", statement_timeout_seconds=0.05)
    with pytest.raises(DBAPIError) as refused:
        async with database.transaction() as session:
            await session.execute(text("SELECT pg_sleep(5)"))
    answer = problem_for(refused.value)
    assert isinstance(answer, Unavailable)
    assert "send fewer" in str(answer)
    await database.close()
