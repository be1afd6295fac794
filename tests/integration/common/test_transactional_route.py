"""On real PostgreSQL: an answer of success is sent only after the commit, and refusals are explained."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from fastapi import APIRouter, Depends, FastAPI, Response
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.db import Database
from sixclear.common.testing.identity import http_client
from sixclear.common.testing.postgres import EmptyDatabase
from sixclear.common.web.access import Access
from sixclear.common.web.app import create_service_app
from sixclear.common.web.route import NowDep, SessionDep, TransactionalRoute
from sixclear.common.web.route_options import RouteOptions
from sixclear.common.web.schemas import Schema

SCHEMA = """CREATE TABLE thing (
  name text PRIMARY KEY,
  size int CONSTRAINT uq_size UNIQUE DEFERRABLE INITIALLY DEFERRED
)"""


class Thing(Schema):
    name: str
    size: int = 0


async def insert(session: AsyncSession, name: str, size: int = 0) -> None:
    await session.execute(text("INSERT INTO thing VALUES (:name, :size)"), {"name": name, "size": size})


router = APIRouter(route_class=TransactionalRoute, dependencies=[Depends(Access.public("a test"))])


@router.post("/things", status_code=201)
async def make(thing: Thing, session: SessionDep, now: NowDep) -> dict[str, str]:
    await insert(session, thing.name, thing.size)
    return {"at": now.isoformat()}


@router.post("/refused")
async def refuse(session: SessionDep) -> Response:
    await insert(session, "refused")
    return Response(status_code=409)


@router.post("/raised")
async def fail(session: SessionDep) -> None:
    await insert(session, "raised")
    raise KeyError("a fault of ours")


@router.post("/locked")
async def lock(session: SessionDep) -> None:
    await session.execute(text("SET LOCAL lock_timeout = '1ms'"))
    await session.execute(text("LOCK TABLE thing"))


@router.get("/sly")
async def sly(session: SessionDep) -> None:
    await insert(session, "sly")


@router.get("/logged", dependencies=[Depends(RouteOptions(writes=True))])
async def logged(session: SessionDep) -> None:
    await insert(session, "logged")


@router.get("/count")
async def count(session: SessionDep) -> int:
    return int((await session.execute(text("SELECT count(*) FROM thing"))).scalar_one())


class Woken:
    def __init__(self) -> None:
        self.times = 0

    def wake(self) -> None:
        self.times += 1


@pytest_asyncio.fixture
async def database(empty_database: EmptyDatabase) -> AsyncIterator[Database]:
    made = Database(await empty_database(), application_name="test")
    async with made.transaction() as session:
        await session.execute(text(SCHEMA))
    yield made
    await made.close()


@pytest.fixture
def woken() -> Woken:
    return Woken()


@pytest.fixture
def app(database: Database, woken: Woken) -> FastAPI:
    return create_service_app(
        title="T",
        service="t",
        version="1",
        prefix="/t",
        routers=[router],
        database=database,
        event_log=woken,  # type: ignore[arg-type]
    )


async def names(database: Database) -> list[str]:
    async with database.session() as session:
        return list((await session.execute(text("SELECT name FROM thing ORDER BY name"))).scalars())


@pytest.mark.asyncio
async def test_a_change_is_committed_and_then_announced(app: FastAPI, database: Database, woken: Woken) -> None:
    async with http_client(app) as client:
        answer = await client.post("/t/things", json={"name": "a"})
    assert answer.status_code == 201
    assert await names(database) == ["a"]
    assert woken.times == 1


@pytest.mark.asyncio
async def test_a_commit_that_fails_is_never_a_success(app: FastAPI, database: Database, woken: Woken) -> None:
    def fail_commit(connection: object) -> None:
        raise ConnectionResetError("the server went away during the commit")

    event.listen(database.engine.sync_engine, "commit", fail_commit)
    async with http_client(app) as client:
        answer = await client.post("/t/things", json={"name": "a"})
    event.remove(database.engine.sync_engine, "commit", fail_commit)
    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
    assert await names(database) == []
    assert woken.times == 0


@pytest.mark.asyncio
async def test_a_constraint_that_fails_at_commit_is_a_conflict(app: FastAPI, database: Database) -> None:
    async with http_client(app) as client:
        await client.post("/t/things", json={"name": "a", "size": 1})
        answer = await client.post("/t/things", json={"name": "b", "size": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert await names(database) == ["a"]


@pytest.mark.asyncio
@pytest.mark.parametrize(("path", "status"), [("/t/refused", 409), ("/t/raised", 500)])
async def test_a_refusal_keeps_nothing(app: FastAPI, database: Database, path: str, status: int) -> None:
    async with http_client(app) as client:
        assert (await client.post(path)).status_code == status
    assert await names(database) == []


@pytest.mark.asyncio
async def test_two_at_once_make_one_thing_and_one_conflict(app: FastAPI, database: Database) -> None:
    async with http_client(app) as client:
        answers = await asyncio.gather(*(client.post("/t/things", json={"name": "a", "size": n}) for n in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert await names(database) == ["a"]


@pytest.mark.asyncio
async def test_a_lock_that_is_not_given_says_when_to_retry(app: FastAPI, database: Database) -> None:
    async with http_client(app) as client, database.transaction() as session:
        await session.execute(text("LOCK TABLE thing"))
        answer = await client.post("/t/locked")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


@pytest.mark.asyncio
async def test_a_number_that_no_column_holds_is_the_callers_fault(app: FastAPI) -> None:
    async with http_client(app) as client:
        answer = await client.post("/t/things", json={"name": "a", "size": 2**70})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


@pytest.mark.asyncio
async def test_reading_cannot_write_unless_it_says_so(app: FastAPI, database: Database) -> None:
    async with http_client(app) as client:
        assert (await client.get("/t/sly")).status_code == 503
        assert (await client.get("/t/logged")).status_code == 200
        assert (await client.get("/t/count")).json() == 1
    assert await names(database) == ["logged"]


@pytest.mark.asyncio
async def test_a_killed_connection_is_unavailable_and_the_next_request_works(app: FastAPI, database: Database) -> None:
    killed = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )

    def kill_before(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.startswith("INSERT"):
            raise OSError("gone")

    async with http_client(app) as client:
        assert (await client.get("/t/count")).status_code == 200
        async with database.session() as session:
            await session.execute(killed)
        assert (await client.get("/t/count")).status_code == 200
        event.listen(database.engine.sync_engine, "before_cursor_execute", kill_before)
        assert (await client.post("/t/things", json={"name": "a"})).status_code == 503
        event.remove(database.engine.sync_engine, "before_cursor_execute", kill_before)
        assert (await client.post("/t/things", json={"name": "a"})).status_code == 201


@pytest.mark.asyncio
async def test_a_database_that_is_away_is_unavailable() -> None:
    away = Database("postgresql+asyncpg://nobody@/none?host=/nonexistent", application_name="test")
    app = create_service_app(title="T", service="t", version="1", prefix="/t", routers=[router], database=away)
    async with http_client(app) as client:
        answer = await client.post("/t/things", json={"name": "a"})
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert (await client.get("/t/count")).status_code == 503
    await away.close()
