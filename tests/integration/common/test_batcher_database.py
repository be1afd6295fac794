"""The batcher on a real PostgreSQL: sessions that end, items that no column holds, callers that leave."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import asyncpg
import pytest
import pytest_asyncio

from sixclear.common.batcher.batcher import Batcher, NotWritten
from sixclear.common.batcher.connection import Connection, Exchange, OwnConnections
from sixclear.common.db import Database
from sixclear.common.errors import Unavailable
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.postgres import EmptyDatabase

pytestmark = pytest.mark.asyncio

_TABLE = """
CREATE TABLE item (item_id text PRIMARY KEY, amount smallint NOT NULL CHECK (amount < 1000));
CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF new.item_id LIKE 'slow%' THEN PERFORM pg_sleep(60); END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER wait_at_commit AFTER INSERT ON item DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION wait_at_commit();
"""
Item = tuple[str, int]


@dataclass
class Items:
    """A table that is written by a batcher."""

    database: Database
    batcher: Batcher[Item, str]
    connections: OwnConnections
    pause: asyncio.Event
    sizes: list[int]

    async def write(self, items: Sequence[Item]) -> list[str]:
        async def insert(exchange: Exchange) -> list[str]:
            self.sizes.append(len(items))
            await exchange.read("SELECT 1")
            await self.pause.wait()
            statement = "INSERT INTO item SELECT * FROM unnest($1::text[], $2::bigint[])"
            await exchange.write(statement, [one for one, _ in items], [amount for _, amount in items])
            return [one for one, _ in items]

        return await self.connections.exchange(insert)

    async def stored(self) -> list[str]:
        connection = await self.database.connect_alone("reader")
        try:
            return [row[0] for row in await connection.fetch("SELECT item_id FROM item ORDER BY 1")]
        finally:
            await connection.close()

    async def backend(self, state: str) -> int | None:
        """The process of the batcher's session, once it is in this state."""
        connection = await self.database.connect_alone("reader")
        try:
            statement = (
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'own' AND (state, wait_event) = ($1, $2)"
            )
            found: int | None = await connection.fetchval(statement, *state.split("/"))
            return found
        finally:
            await connection.close()

    async def begun(self) -> bool:
        """Whether a batch has been begun."""
        return bool(self.sizes)

    async def end(self, state: str) -> None:
        """End the batcher's session in this state, and wait until it is gone."""
        pid = await eventually(lambda: self.backend(state))
        connection = await self.database.connect_alone("killer")

        async def gone() -> bool:
            return not await connection.fetchval(f"SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}")

        await connection.execute(f"SELECT pg_terminate_backend({pid})")
        await eventually(gone)
        await connection.close()


@pytest_asyncio.fixture
async def items(empty_database: EmptyDatabase) -> AsyncIterator[Items]:
    database = Database(await empty_database(), application_name="test")
    connection = await database.connect_alone("setup")
    await connection.execute(_TABLE)
    await connection.close()
    connections = OwnConnections(database, "own")
    pause = asyncio.Event()
    pause.set()
    made = Items(database, None, connections, pause, [])  # type: ignore[arg-type]
    made.batcher = Batcher("test", "items", made.write, lambda item: (item[0],))
    yield made
    await made.batcher.stop()
    await connections.close()
    await database.close()


async def _all(items: Items, *commands: Item) -> list[str | BaseException]:
    return await asyncio.gather(*map(items.batcher.run, commands), return_exceptions=True)


async def test_one_bad_item_among_fifty_fails_alone(items: Items) -> None:
    commands = [(f"i{number:02}", 5000 if number == 33 else number) for number in range(50)]
    told = await _all(items, *commands)
    assert isinstance(told.pop(33), NotWritten)
    assert told == await items.stored()
    assert items.sizes[0] == 50


async def test_a_value_that_the_driver_refuses_fails_alone_too(items: Items) -> None:
    told = await _all(items, ("a", 1), ("b", 2**70), ("c", 3))
    assert [told[0], told[2]] == ["a", "c"] == await items.stored()
    assert isinstance(told[1], NotWritten)


async def test_a_session_that_ends_before_the_write_is_opened_again_and_nothing_is_doubled(items: Items) -> None:
    items.pause.clear()
    told = asyncio.create_task(_all(items, ("a", 1), ("b", 2)))
    await eventually(items.begun)
    await items.end("idle/ClientRead")
    items.pause.set()
    assert await told == ["a", "b"] == await items.stored()
    assert items.sizes == [2, 2]


async def test_a_session_that_ends_during_the_write_leaves_the_outcome_open(items: Items) -> None:
    told = asyncio.create_task(_all(items, ("a", 1), ("slow", 2)))
    await items.end("active/PgSleep")
    assert [type(one) for one in await told] == [Unavailable, Unavailable]
    assert items.sizes == [2], "what may be stored is not written again"
    assert await _all(items, ("b", 1)) == ["b"], "the next batch has a session"


async def test_a_session_that_ended_while_nothing_was_written_is_not_noticed(items: Items) -> None:
    assert await _all(items, ("a", 1)) == ["a"]
    await items.end("idle/ClientRead")
    assert await _all(items, ("b", 1)) == ["b"]


async def test_a_caller_that_leaves_does_not_end_the_batch(items: Items) -> None:
    items.pause.clear()
    leaves = asyncio.create_task(items.batcher.run(("a", 1)))
    stays = asyncio.create_task(items.batcher.run(("b", 2)))
    await eventually(items.begun)
    leaves.cancel()
    items.pause.set()
    assert await stays == "b"
    assert await items.stored() == ["a", "b"]


async def test_a_server_that_is_away_is_unavailable(items: Items, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(name: str, **_: str) -> Connection:
        raise asyncpg.CannotConnectNowError("starting up")

    monkeypatch.setattr(items.database, "connect_alone", away)
    assert [type(one) for one in await _all(items, ("a", 1))] == [Unavailable]
