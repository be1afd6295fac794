"""The table of routes answers as FastAPI's own way does, byte for byte."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from sixclear.common.testing.identity import FakeIssuer, fixed_clock
from sixclear.common.web.access import Access
from sixclear.common.web.app import create_service_app
from sixclear.common.web.route import CallerDep, NowDep, TransactionalRoute
from sixclear.common.web.route_table import RouteTable

PUBLIC = Depends(Access.public("a test"))
WRITE = Depends(Access.scope("things:write"))


class Thing(BaseModel):
    """What is sent and answered."""

    name: str = Field(min_length=2)
    when: datetime | None = None
    parts: list["Thing"] = []


class Large(BaseModel):
    """An answer that is made of another class."""

    name: str


async def page(cursor: Annotated[str | None, Query(max_length=3)] = None) -> str:
    """A dependency with a parameter of its own."""
    return cursor or "first"


async def count(page: Annotated[str, Depends(page)], request: Request) -> str:
    """A dependency of a dependency."""
    return f"{page} {request.url.path} {len(request.headers.getlist('x-many'))}"


async def opened() -> AsyncIterator[str]:
    """Only FastAPI solves it."""
    yield "opened"


router = APIRouter(route_class=TransactionalRoute)
other = APIRouter(route_class=TransactionalRoute)


@router.get("/things/{thing_id}", dependencies=[PUBLIC])
async def read(thing_id: UUID, counted: Annotated[str, Depends(count)], now: NowDep) -> Thing:
    return Thing(name=f"{thing_id} {counted}", when=now, parts=[Thing(name="one")])


@router.get("/things/own", dependencies=[PUBLIC])
async def hidden_behind_the_first() -> str:
    return "never"


@router.post("/things/{thing_id}", dependencies=[WRITE], status_code=201)
async def write(
    thing_id: UUID,
    thing: Thing,
    response: Response,
    caller: CallerDep,
    key: Annotated[str | None, Header(alias="X-Key", min_length=3)] = None,
) -> Thing:
    response.headers["ETag"] = f'"{thing_id}"'
    response.status_code = 200 if key else 201
    return thing.model_copy(update={"name": f"{thing.name} {caller.client_id}"})


@router.put("/things/{thing_id}/items", dependencies=[WRITE])
async def many(items: list[Thing]) -> list[Thing]:
    return items


@other.delete("/things/{thing_id}", dependencies=[WRITE], status_code=204)
async def delete(thing_id: UUID) -> None:
    """Nothing is answered."""


@other.get("/plain", dependencies=[PUBLIC], response_model=None)
async def plain() -> Response:
    return PlainTextResponse("plain", headers={"X-Own": "1"})


@other.get("/narrowed", dependencies=[PUBLIC], response_model=Large)
async def narrowed() -> Any:
    return {"name": "from a dict", "secret": "left out"}


@other.get("/words", dependencies=[PUBLIC], response_class=PlainTextResponse)
async def words(opened: Annotated[str, Depends(opened)]) -> str:
    return opened


@other.get("/rows", dependencies=[PUBLIC], response_model=None)
async def rows(limit: Annotated[int, Query(le=9)] = 1) -> dict[str, Any]:
    return {"at": datetime(2026, 1, 1, tzinfo=UTC), "limit": limit}


async def whole(request: Request) -> Response:
    return PlainTextResponse("a plain route")


@pytest.fixture
def issuer() -> FakeIssuer:
    return FakeIssuer(fixed_clock())


@pytest.fixture
def app(issuer: FakeIssuer) -> FastAPI:
    return create_service_app(
        title="T",
        service="t",
        version="1",
        prefix="/t",
        routers=[router, other],
        routes=[Route("/t/whole", whole)],
        verifier=issuer.verifier(),
        clock=fixed_clock(),
    )


ID = UUID(int=7)
JSON = {"content-type": "application/json"}
REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", f"/t/things/{ID}", {}),
    ("GET", f"/t/things/{ID}?cursor=ab", {"headers": [("x-many", "1"), ("x-many", "2")]}),
    ("GET", f"/t/things/{ID}?cursor=abcd", {}),
    ("GET", "/t/things/none?cursor=abcd", {}),
    ("GET", f"/t/things/{ID}?unknown=1", {}),
    ("GET", "/t/things/own", {}),
    ("HEAD", f"/t/things/{ID}", {}),
    ("PATCH", f"/t/things/{ID}", {}),
    ("POST", f"/t/things/{ID}", {"json": {"name": "Đường", "when": "2026-01-01T00:00:00+07:00"}}),
    ("POST", f"/t/things/{ID}", {"json": {"name": "Name"}, "headers": {"X-Key": "four"}}),
    ("POST", f"/t/things/{ID}", {"json": {"name": "N", "parts": [{}]}, "headers": {"X-Key": "x"}}),
    ("POST", "/t/things/none", {"json": {"name": "N"}}),
    ("POST", f"/t/things/{ID}", {"content": b"", "headers": JSON}),
    ("POST", f"/t/things/{ID}", {"content": b"{", "headers": JSON}),
    ("POST", f"/t/things/{ID}", {"content": b'{"name":"ab","name":"cd"}', "headers": JSON}),
    ("POST", f"/t/things/{ID}", {"content": b"\xff", "headers": JSON}),
    ("POST", f"/t/things/{ID}", {"content": b"[" * 100_000, "headers": JSON}),
    ("POST", f"/t/things/{ID}", {"content": b"name=a", "headers": {"content-type": "text/plain"}}),
    ("POST", f"/t/things/{ID}", {"json": {"name": "Name"}, "headers": {"authorization": "Bearer wrong"}}),
    ("PUT", f"/t/things/{ID}/items", {"json": [{"name": "one"}, {"name": "two", "parts": [{"name": "three"}]}]}),
    ("PUT", f"/t/things/{ID}/items", {"json": [{"name": "1"}]}),
    ("DELETE", f"/t/things/{ID}", {}),
    ("GET", "/t/plain", {}),
    ("GET", "/t/narrowed", {}),
    ("GET", "/t/words", {}),
    ("GET", "/t/rows?limit=3", {}),
    ("GET", "/t/rows?limit=10", {}),
    ("GET", "/t/whole", {}),
    ("GET", "/t/nothing", {}),
]


@pytest.mark.parametrize("asked", REQUESTS, ids=lambda one: f"{one[0]} {one[1]} {str(one[2])[:40]}")
@pytest.mark.asyncio
async def test_the_table_answers_as_fastapi_does(
    app: FastAPI, issuer: FakeIssuer, asked: tuple[str, str, dict[str, Any]]
) -> None:
    method, path, sent = asked
    headers = [*issuer.headers("things:write").items(), ("X-Request-ID", "one")]
    own = sent.get("headers", {})
    own = list(own.items()) if isinstance(own, dict) else own
    named = {name.lower() for name, _ in own}
    headers = [(name, value) for name, value in headers if name.lower() not in named] + own
    by_table, by_framework = [
        await _answer(app, root, method, path, {**sent, "headers": headers}) for root in ("", "/elsewhere")
    ]
    assert by_table == by_framework


async def _answer(app: FastAPI, root: str, method: str, path: str, sent: dict[str, Any]) -> tuple[Any, ...]:
    """Below another root the table is left out; the path does not begin with it, so that it is the same one."""
    transport = httpx2.ASGITransport(app=app, root_path=root)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as http:
        answer = await http.request(method, path, **sent)
    return answer.status_code, answer.headers.multi_items(), answer.content


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "sent", [("GET", {}), ("POST", {"json": {"name": "Name"}}), ("GET", {"params": {"cursor": "ab"}})]
)
async def test_a_slash_too_many_is_answered_and_not_sent_elsewhere(
    app: FastAPI, issuer: FakeIssuer, sent: tuple[str, dict[str, Any]]
) -> None:
    method, rest = sent
    headers = issuer.headers("things:write") | {"X-Request-ID": "one"}
    plain, slashed, two = [
        await _answer(app, "", method, f"/t/things/{ID}{end}", {**rest, "headers": headers}) for end in ("", "/", "//")
    ]
    assert plain[0] in (200, 201)
    # The answer to GET names the path that was asked for.
    assert (slashed[0], slashed[2].replace(b"/ ", b" ")) == (plain[0], plain[2])
    assert two[0] not in (200, 201), "one slash is too many, two are another address"


@pytest.mark.asyncio
async def test_what_the_table_does_not_answer_is_answered_with_a_slash_as_without(app: FastAPI) -> None:
    headers = {"X-Request-ID": "one"}
    for method, status in (("HEAD", 200), ("PATCH", 405)):
        plain, slashed = [
            await _answer(app, "", method, f"/t/things/{ID}{end}", {"headers": headers}) for end in ("", "/")
        ]
        assert (plain[0], slashed[0]) == (status, status), method


@pytest.mark.asyncio
async def test_pages_with_a_slash_too_many_are_sent_on(app: FastAPI) -> None:
    for path in ("/t/whole/", "/t/docs/"):
        assert (await _answer(app, "", "GET", path, {}))[0] == 307, path


@pytest.mark.asyncio
async def test_overridden_dependencies_are_left_to_fastapi(app: FastAPI) -> None:
    app.dependency_overrides[page] = lambda: "overridden"
    answer = await _answer(app, "", "GET", f"/t/things/{ID}", {})
    assert b"overridden" in answer[2]


@pytest.mark.asyncio
async def test_a_dependency_of_an_including_router_is_called(issuer: FakeIssuer) -> None:
    called: list[str] = []

    async def note(request: Request) -> None:
        called.append(request.url.path)

    table = RouteTable()
    table.include_router(other, prefix="/t", dependencies=[Depends(note)])
    app = create_service_app(title="T", service="t", version="1", prefix="/t", verifier=issuer.verifier())
    app.router = table
    answer = await _answer(app, "", "GET", "/t/plain", {})
    assert (answer[0], called) == (200, ["/t/plain"])


@pytest.mark.parametrize("path", [f"/t/things/{ID}?cursor=ab", "/t/plain", "/t/narrowed", "/t/rows?limit=3"])
@pytest.mark.asyncio
async def test_neither_routers_nor_dependencies_are_walked_through(
    app: FastAPI, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def walked(*_: object, **__: object) -> None:
        raise AssertionError("FastAPI was asked")

    monkeypatch.setattr(APIRouter, "app", walked)
    monkeypatch.setattr("fastapi.routing.solve_dependencies", walked)
    assert (await _answer(app, "", "GET", path, {}))[0] == 200
