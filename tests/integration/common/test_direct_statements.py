"""Constant texts go directly to the driver: with the rows, errors and transaction of the usual way."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy import ARRAY, Text, TextClause, Uuid, bindparam, column, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.db import Database, dump_json
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.postgres import EmptyDatabase

pytestmark = pytest.mark.asyncio

_ADD = text("INSERT INTO thing VALUES (:id, :name, :tags, CAST(:data AS jsonb), :at)").bindparams(
    bindparam("tags", type_=ARRAY(Text))
)
_READ = text("SELECT id, name, tags, data, at FROM thing WHERE name = :name")
_TYPED = text("SELECT id, tags, data FROM thing WHERE id = ANY (:ids)").bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_WITH_COLUMNS = _TYPED.columns(column("id", Uuid), column("tags", ARRAY(Text)), column("data", JSONB))
_ONE = text("SELECT 1 AS one")
_SLEEP = text("SELECT pg_sleep(:seconds)")
_END = text("SELECT pg_terminate_backend(pg_backend_pid())")
NOW = datetime(2026, 11, 29, 3, 4, 5, tzinfo=UTC)


def goes_directly(statement: Any) -> bool:
    plan = statement.__dict__.get("_sixclear_plan")
    return plan is not None and plan.statement is statement and plan.sql is not None


@pytest_asyncio.fixture
async def database(empty_database: EmptyDatabase) -> AsyncIterator[Database]:
    """A database with one table and one connection, so that each transaction gets the one of the last."""
    opened = Database(await empty_database(), application_name="direct", pool_size=1)
    async with opened.transaction() as session:
        await session.execute(
            text("CREATE TABLE thing (id uuid PRIMARY KEY, name text UNIQUE, tags text[], data jsonb, at timestamptz)")
        )
    yield opened
    await opened.close()


async def add(session: AsyncSession, name: str) -> UUID:
    new = uuid4()
    values = {"id": new, "name": name, "tags": [name, "x"], "data": dump_json({"name": name}), "at": NOW}
    await session.execute(_ADD, values)
    return new


async def filled(database: Database) -> list[UUID]:
    """Five things; by then what adds them goes directly."""
    async with database.transaction() as session:
        return [await add(session, f"thing-{number}") for number in range(5)]


async def test_rows_are_those_of_the_usual_way(database: Database) -> None:
    ids = await filled(database)
    assert goes_directly(_ADD)
    asked: list[tuple[Any, dict[str, Any]]] = [
        (_READ, {"name": "thing-1"}),
        (_READ, {"name": "nothing"}),
        (_TYPED, {"ids": ids[:2]}),
        (_WITH_COLUMNS, {"ids": ids[:2]}),
        (_ONE, {}),
    ]
    async with database.session() as session:
        for statement, values in asked:
            usual = await AsyncSession.execute(session, statement, values)
            expected = [row._asdict() for row in usual]
            for _ in range(3):
                result = await session.execute(statement, values)
                assert [row._asdict() for row in result] == expected
            assert goes_directly(statement)
            assert (await session.execute(statement, values)).scalars().all() == [
                next(iter(row.values())) for row in expected
            ]
        row = (await session.execute(_READ, {"name": "thing-1"})).one()
        assert (row.name, row.tags, row.data, row.at) == ("thing-1", ["thing-1", "x"], {"name": "thing-1"}, NOW)
        assert (await session.execute(_READ, {"name": "nothing"})).one_or_none() is None
        assert (await session.execute(_READ, {"name": "nothing"})).scalar_one_or_none() is None


async def test_what_is_made_of_a_statement_has_a_plan_of_its_own(database: Database) -> None:
    await filled(database)
    async with database.session() as session:
        for _ in range(3):
            await session.execute(_READ, {"name": "thing-0"})
        other: TextClause = _READ.bindparams(name="thing-2")
        for _ in range(3):
            assert (await session.execute(other)).one().name == "thing-2"
        assert not goes_directly(other) or (await session.execute(other)).one().name == "thing-2"


async def test_a_refused_row_is_refused_alike_and_named_nowhere(database: Database) -> None:
    await filled(database)
    async with database.session() as session:
        await add(session, "new")
        with pytest.raises(IntegrityError) as refused:
            await add(session, "thing-3")
    assert getattr(refused.value.orig, "sqlstate", None) == "23505"
    assert "thing-3" not in str(refused.value)
    async with database.session() as session:
        assert (await session.execute(_READ, {"name": "new"})).one_or_none() is None


async def test_a_savepoint_holds_what_is_sent_in_it(database: Database) -> None:
    await filled(database)
    async with database.transaction() as session:
        await add(session, "kept")
        with pytest.raises(IntegrityError):
            async with session.begin_nested():
                await add(session, "thing-0")
        await add(session, "kept too")
    async with database.session() as session:
        for name, there in (("kept", True), ("kept too", True)):
            assert ((await session.execute(_READ, {"name": name})).one_or_none() is not None) is there


async def test_a_reading_session_writes_nothing(database: Database) -> None:
    await filled(database)
    async with database.read_session() as session:
        with pytest.raises(DBAPIError) as refused:
            await add(session, "new")
    assert getattr(refused.value.orig, "sqlstate", None) == "25006"


async def test_listeners_hear_of_each_statement(database: Database) -> None:
    await filled(database)
    heard: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        heard.append(statement)

    for name in ("before_cursor_execute", "after_cursor_execute"):
        event.listen(database.engine.sync_engine, name, note)
    async with database.session() as session:
        for _ in range(3):
            await session.execute(_ONE)
    assert goes_directly(_ONE)
    assert heard == ["SELECT 1 AS one"] * 6


async def test_a_connection_that_the_server_ends_is_replaced(database: Database) -> None:
    await filled(database)
    for _ in range(4):
        with pytest.raises(DBAPIError) as lost:
            async with database.session() as session:
                await session.execute(_END)
        assert lost.value.connection_invalidated
        async with database.session() as session:
            assert (await session.execute(_ONE)).scalar_one() == 1
    assert goes_directly(_END)


async def test_a_statement_that_is_given_up_takes_its_connection_with_it(database: Database) -> None:
    async with database.session() as session:
        for _ in range(3):
            await session.execute(_SLEEP, {"seconds": 0.0})
        before = (await session.connection()).sync_connection
        assert before is not None
    assert goes_directly(_SLEEP)

    async def sleep() -> None:
        async with database.session() as session:
            await session.execute(_SLEEP, {"seconds": 30.0})

    async def is_sleeping() -> bool:
        return database.engine.pool.checkedout() == 1  # type: ignore[attr-defined,no-any-return]

    task = asyncio.create_task(sleep())
    await eventually(is_sleeping)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(10), database.session() as session:
        assert (await session.execute(_ONE)).scalar_one() == 1
