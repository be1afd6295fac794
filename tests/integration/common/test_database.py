"""The pool outlives a server that closes its connections, and transactions keep their limits."""

import os
import signal
import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from sixclear.common.db import Database
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.postgres import EmptyDatabase


@pytest.mark.asyncio
async def test_a_connection_that_the_server_closed_is_never_handed_out(empty_database: EmptyDatabase) -> None:
    database = Database(await empty_database(), application_name="test", pool_size=2)
    other = Database(database.url, application_name="other", pool_size=1)
    async with database.session() as session:
        pid = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    async with other.session() as session:
        await session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})

    async def gone() -> bool:
        async with other.session() as session:
            return (await session.execute(text(f"SELECT 1 FROM pg_stat_activity WHERE pid = {pid}"))).first() is None

    assert await eventually(gone)
    async with database.session() as session:
        assert (await session.execute(text("SELECT 1"))).scalar_one() == 1
    await database.close()
    await other.close()


@pytest.mark.asyncio
async def test_a_transaction_that_forgets_to_end_is_ended(empty_database: EmptyDatabase) -> None:
    database = Database(await empty_database(), application_name="test", transaction_timeout_seconds=0.2)
    with pytest.raises(DBAPIError):
        await _linger(database)
    await database.close()


async def _linger(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("SELECT 1"))
        await session.execute(text("SELECT pg_sleep(1)"))


@pytest.mark.asyncio
async def test_a_server_that_says_nothing_any_more_holds_nobody_for_ever(empty_database: EmptyDatabase) -> None:
    """As after a power cut: the connection is open, nothing comes, and the server's own limits end nothing."""
    limits = {"statement_timeout_seconds": 0.5, "transaction_timeout_seconds": 0.5}
    database = Database(await empty_database(), application_name="test", pool_size=1, **limits)
    async with database.session() as session:
        backend = int((await session.execute(text("SELECT pg_backend_pid()"))).scalar_one())
    os.kill(backend, signal.SIGSTOP)
    try:
        began = time.monotonic()
        with pytest.raises((DBAPIError, TimeoutError)):
            await _ask(database)
        assert time.monotonic() - began < 20
        async with database.session() as session:
            assert int((await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()) != backend
    finally:
        os.kill(backend, signal.SIGCONT)
        await database.close()


async def _ask(database: Database) -> None:
    async with database.session() as session:
        await session.execute(text("SELECT 1"))
