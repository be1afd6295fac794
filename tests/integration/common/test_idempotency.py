"""On real PostgreSQL: a retry changes nothing and gets the first answer, whatever happens in between."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from sqlalchemy import text
from structlog.testing import capture_logs

from sixclear.common import access_log
from sixclear.common.db import Database
from sixclear.common.errors import Conflict
from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.identity import FakeIssuer, http_client
from sixclear.common.testing.postgres import EmptyDatabase
from sixclear.common.web import idempotency
from sixclear.common.web.access import Access
from sixclear.common.web.app import create_service_app
from sixclear.common.web.idempotency import RequiredKeyDep
from sixclear.common.web.route import SessionDep, TransactionalRoute
from sixclear.common.web.route_options import RouteOptions
from sixclear.common.web.schemas import Schema

KEY = {"Idempotency-Key": "key-1"}
INSERT = text("INSERT INTO thing VALUES (:name)")


class Thing(Schema):
    name: str


router = APIRouter(route_class=TransactionalRoute, dependencies=[Depends(Access.scope("a:b"))])
public_router = APIRouter(route_class=TransactionalRoute, dependencies=[Depends(Access.public("a test"))])


@router.post("/things", status_code=201)
async def make(thing: Thing, session: SessionDep, response: Response, x: int | None = None) -> Thing:
    await session.execute(INSERT, {"name": thing.name})
    response.headers["ETag"] = '"1.1"'
    response.headers["Location"] = "/t/things/1"
    return thing


@router.post("/others", status_code=201)
async def make_other(thing: Thing, session: SessionDep) -> None:
    await session.execute(INSERT, {"name": thing.name})


@router.post("/gated", status_code=201)
async def gated(thing: Thing, session: SessionDep) -> None:
    await session.execute(INSERT, {"name": thing.name})
    if not (await session.execute(text("SELECT open FROM gate"))).scalar_one():
        raise Conflict


@router.get("/things", dependencies=[Depends(RouteOptions(writes=True))])
async def read_and_record(session: SessionDep) -> int:
    await session.execute(INSERT, {"name": "somebody read"})
    return int((await session.execute(text("SELECT count(*) FROM thing"))).scalar_one())


async def named_by(request: Request) -> str:
    return request.headers["X-Case"]


@public_router.post("/cases", status_code=201, dependencies=[Depends(RouteOptions(key_belongs_to=named_by))])
async def write_to_a_case(thing: Thing, session: SessionDep) -> str:
    await session.execute(INSERT, {"name": thing.name})
    return thing.name


@public_router.post("/secrets", status_code=201, dependencies=[Depends(RouteOptions(stores_answer=False))])
async def secret(thing: Thing, session: SessionDep, key: RequiredKeyDep) -> str:
    known = await session.scalar(text("SELECT count(*) FROM thing WHERE name = :name"), {"name": thing.name})
    if not known:
        await session.execute(INSERT, {"name": thing.name})
    return f"secret made from {key}"


@router.post("/entities", status_code=201, dependencies=[Depends(RouteOptions(key_kept_with_entity=True))])
async def entity(thing: Thing, session: SessionDep) -> str:
    await session.execute(INSERT, {"name": thing.name})
    return thing.name


@pytest_asyncio.fixture
async def database(empty_database: EmptyDatabase) -> AsyncIterator[Database]:
    made = Database(await empty_database(), application_name="test")
    async with made.transaction() as session:
        own = ("CREATE TABLE thing (name text)", "CREATE TABLE gate (open bool)")
        for statement in [*idempotency.DDL_V1, *access_log.DDL_V1, *own]:
            await session.execute(text(statement))
        await session.execute(text("INSERT INTO gate VALUES (false)"))
    yield made
    await made.close()


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(datetime(2025, 12, 4, tzinfo=UTC))


@pytest.fixture
def issuer(clock: MovingClock) -> FakeIssuer:
    return FakeIssuer(clock)


@pytest.fixture
def app(database: Database, issuer: FakeIssuer, clock: MovingClock) -> FastAPI:
    return create_service_app(
        title="T",
        service="t",
        version="1",
        prefix="/t",
        routers=[router, public_router],
        database=database,
        verifier=issuer.verifier(),
        clock=clock,
    )


@pytest_asyncio.fixture
async def client(app: FastAPI, issuer: FakeIssuer) -> AsyncIterator[httpx2.AsyncClient]:
    async with http_client(app, headers=issuer.headers("a:b")) as made:
        yield made


async def count(database: Database, table: str = "thing") -> int:
    async with database.session() as session:
        return int((await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())


@pytest.mark.asyncio
async def test_a_retry_gets_the_first_answer(client: httpx2.AsyncClient, database: Database) -> None:
    first = await client.post("/t/things", json={"name": "a"}, headers=KEY)
    again = await client.post("/t/things", json={"name": "a"}, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert (again.headers["etag"], again.headers["location"]) == ('"1.1"', "/t/things/1")
    assert again.headers["content-type"] == first.headers["content-type"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert first.headers["x-request-id"] != again.headers["x-request-id"]
    assert await count(database) == 1


@pytest.mark.asyncio
async def test_two_at_once_change_once(client: httpx2.AsyncClient, database: Database) -> None:
    answers = await asyncio.gather(*(client.post("/t/things", json={"name": "a"}, headers=KEY) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [201] * 4
    assert sorted(answer.headers.get("idempotency-replayed", "") for answer in answers) == ["", "true", "true", "true"]
    assert await count(database) == 1


@pytest.mark.asyncio
async def test_a_twin_takes_over_when_the_first_is_rolled_back(client: httpx2.AsyncClient, database: Database) -> None:
    async with database.session() as holder:
        claim = {"c": "test-client", "k": hashlib.sha256(b"key-1").digest()}
        await holder.execute(
            text(
                "INSERT INTO idempotency_key (client_id, key_hash, route, request_hash, created_at, expires_at)"
                " VALUES (:c, :k, 'POST /t/things', '', now(), now())"
            ),
            claim,
        )
        twin = asyncio.ensure_future(client.post("/t/things", json={"name": "a"}, headers=KEY))

        async def waits() -> bool:
            async with database.session() as session:
                waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'")
                return bool((await session.execute(waiting)).scalar_one())

        await eventually(waits)
        await holder.rollback()
    answer = await twin
    assert answer.status_code == 201
    assert "idempotency-replayed" not in answer.headers


@pytest.mark.asyncio
@pytest.mark.parametrize(("path", "name"), [("/t/things", "b"), ("/t/others", "a"), ("/t/things?x=1", "a")])
async def test_a_key_is_for_one_request_only(
    client: httpx2.AsyncClient, database: Database, path: str, name: str
) -> None:
    await client.post("/t/things", json={"name": "a"}, headers=KEY)
    other = await client.post(path, json={"name": name}, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert await count(database) == 1


@pytest.mark.asyncio
async def test_clients_do_not_share_keys(client: httpx2.AsyncClient, database: Database, issuer: FakeIssuer) -> None:
    await client.post("/t/things", json={"name": "a"}, headers=KEY)
    headers = {**issuer.headers("a:b", client_id="another"), **KEY}
    other = await client.post("/t/things", json={"name": "b"}, headers=headers)
    assert (other.status_code, other.json()["name"]) == (201, "b")
    assert await count(database) == 2


@pytest.mark.asyncio
async def test_strangers_share_no_keys_where_the_request_names_its_case(
    client: httpx2.AsyncClient, database: Database
) -> None:
    for case, name, status in (("1", "a", 201), ("2", "b", 201), ("1", "a", 201), ("1", "b", 422)):
        answer = await client.post("/t/cases", json={"name": name}, headers={"X-Case": case, **KEY})
        assert answer.status_code == status
    assert await count(database) == 2


@pytest.mark.asyncio
async def test_a_refused_request_may_be_tried_again(client: httpx2.AsyncClient, database: Database) -> None:
    assert (await client.post("/t/gated", json={"name": "a"}, headers=KEY)).status_code == 409
    assert await count(database) == 0
    assert await count(database, "idempotency_key") == 0
    async with database.transaction() as session:
        await session.execute(text("UPDATE gate SET open = true"))
    assert (await client.post("/t/gated", json={"name": "a"}, headers=KEY)).status_code == 201
    assert await count(database) == 1


@pytest.mark.asyncio
async def test_a_replay_is_only_for_those_who_may_still_call(client: httpx2.AsyncClient, issuer: FakeIssuer) -> None:
    await client.post("/t/things", json={"name": "a"}, headers=KEY)
    refused = await client.post("/t/things", json={"name": "a"}, headers={**issuer.headers("other"), **KEY})
    assert refused.status_code == 403


@pytest.mark.asyncio
async def test_an_expired_key_is_free_again_and_others_are_deleted(
    client: httpx2.AsyncClient, database: Database, clock: MovingClock, issuer: FakeIssuer
) -> None:
    for number in range(3):
        await client.post("/t/things", json={"name": "a"}, headers={"Idempotency-Key": f"key-{number}"})
    clock.now += timedelta(hours=24)
    fresh = await client.post("/t/things", json={"name": "b"}, headers={**issuer.headers("a:b"), **KEY})
    assert (fresh.status_code, fresh.json()["name"]) == (201, "b")
    async with database.transaction() as session:
        await idempotency.delete_expired(session, clock.now, limit=1)
    assert await count(database, "idempotency_key") == 2
    async with database.transaction() as session:
        await idempotency.delete_expired(session, clock.now)
    assert await count(database, "idempotency_key") == 1


@pytest.mark.asyncio
async def test_a_secret_answer_is_made_again_and_never_kept(client: httpx2.AsyncClient, database: Database) -> None:
    first = await client.post("/t/secrets", json={"name": "a"}, headers=KEY)
    again = await client.post("/t/secrets", json={"name": "a"}, headers=KEY)
    assert first.json() == again.json() == "secret made from key-1"
    assert again.headers["idempotency-replayed"] == "true"
    other = await client.post("/t/secrets", json={"name": "b"}, headers=KEY)
    assert other.status_code == 422
    assert await count(database) == 1
    async with database.session() as session:
        assert (await session.execute(text("SELECT body, headers FROM idempotency_key"))).one() == (None, None)


@pytest.mark.asyncio
async def test_a_key_that_an_entity_keeps_is_not_kept_here(client: httpx2.AsyncClient, database: Database) -> None:
    for name in ("a", "a", "b"):
        assert (await client.post("/t/entities", json={"name": name}, headers=KEY)).json() == name
    assert await count(database) == 3
    async with database.session() as session:
        assert (await session.execute(text("SELECT * FROM idempotency_key"))).all() == []
    invalid = await client.post("/t/entities", json={"name": "a"}, headers={"Idempotency-Key": "with space"})
    assert (invalid.status_code, invalid.json()["code"]) == (400, "invalid-idempotency-key")


@pytest.mark.asyncio
@pytest.mark.parametrize("key", [[b""], [b"a b"], [b"x" * 256], [b"\xc3\xa9"], [b"one", b"two"]])
async def test_a_key_that_is_none_is_refused(client: httpx2.AsyncClient, database: Database, key: list[bytes]) -> None:
    headers = [(b"Idempotency-Key", value) for value in key] + [
        (b"Authorization", client.headers["authorization"].encode())
    ]
    answer = await client.post("/t/things", json={"name": "a"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-idempotency-key")
    assert await count(database) == 0


@pytest.mark.asyncio
async def test_a_client_that_leaves_while_it_sends_changes_nothing(
    app: FastAPI, issuer: FakeIssuer, database: Database
) -> None:
    headers = [(b"authorization", issuer.headers("a:b")["Authorization"].encode()), (b"idempotency-key", b"key-1")]
    scope = {"type": "http", "method": "POST", "path": "/t/things", "query_string": b"", "headers": headers}
    parts: Iterator[dict[str, Any]] = iter(
        [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    )
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return next(parts)

    async def send(message: Any) -> None:
        statuses.append(message.get("status", 0))

    with capture_logs() as lines:
        await app(scope, receive, send)
    assert statuses[0] == 400
    assert lines == []
    assert await count(database) == 0


@pytest.mark.asyncio
async def test_a_reading_that_is_recorded_is_made_again_whatever_key_it_carries(
    client: httpx2.AsyncClient, database: Database
) -> None:
    answers = [await client.get("/t/things", headers=KEY) for _ in range(3)]
    assert [answer.json() for answer in answers] == [1, 2, 3]
    assert not any("idempotency-replayed" in answer.headers for answer in answers)
    assert await count(database, "idempotency_key") == 0


@pytest.mark.asyncio
async def test_a_key_may_be_required(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/t/secrets", json={"name": "a"})
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-required")


def test_the_key_is_documented(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    for path, required in (("/t/things", False), ("/t/secrets", True)):
        (parameter,) = [one for one in paths[path]["post"]["parameters"] if one["in"] == "header"]
        assert (parameter["name"], parameter["in"], parameter["required"]) == ("Idempotency-Key", "header", required)
