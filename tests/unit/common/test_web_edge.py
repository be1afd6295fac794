"""The edge: sizes, addresses, documentation without a network, probes, metrics."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI, Request
from prometheus_client import CollectorRegistry, Counter
from starlette.applications import Starlette
from starlette.responses import Response

from sixclear.common.runtime.target import Check
from sixclear.common.testing.identity import FakeIssuer, http_client
from sixclear.common.visitor import trusted_networks
from sixclear.common.web.access import Access, access_rules
from sixclear.common.web.app import create_service_app
from sixclear.common.web.edge import EdgeMiddleware
from sixclear.common.web.health import health_routes
from sixclear.common.web.metrics_page import metrics_routes
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.visitor import VisitorEdge


def application() -> FastAPI:
    router = APIRouter(route_class=TransactionalRoute, dependencies=[Depends(Access.public("a test"))])

    @router.post("/small")
    async def small(body: dict[str, Any]) -> int:
        return len(body)

    @router.post("/bulk")
    async def bulk(request: Request) -> int:
        return len(await request.body())

    @router.get("/echo/{name}")
    async def echo(name: str, q: str = "") -> list[str]:
        return [name, q]

    return create_service_app(
        title="<T>",
        service="t",
        version="1",
        prefix="/t",
        routers=[router],
        body_limit=1000,
        body_limits={"/t/bulk": 5000},
    )


async def chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 100):
        yield b" " * 100


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "size", "status"), [("/t/small", 1001, 413), ("/t/bulk", 5000, 200), ("/t/bulk", 5100, 413)]
)
@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_over_the_limit_is_refused(path: str, size: int, status: int, declared: bool) -> None:
    content: Any = b" " * size if declared else chunks(size + 99)
    async with http_client(application()) as client:
        answer = await client.post(path, content=content, headers={"Content-Type": "application/json"})
    if status == 200 and not declared:
        status = 200 if size + 99 < 5100 else 413
    assert answer.status_code == status
    if status == 413:
        assert answer.json()["code"] == "content-too-large"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "path",
    ["/t/echo/%", "/t/echo/%zz", "/t/echo/a%00b", "/t/echo/%ff", "/t/echo/a?q=%", "/t/echo/a?q=%00", "/t/echo/a?q=%c3"],
)
async def test_an_address_that_cannot_be_read_is_refused(path: str) -> None:
    raw_path, _, query = path.partition("?")
    status, body = await ask(application(), raw_path.encode(), query.encode())
    assert status == 400
    assert b"malformed-request" in body


@pytest.mark.asyncio
async def test_an_address_with_letters_of_any_language_is_read() -> None:
    async with http_client(application()) as client:
        answer = await client.get("/t/echo/Đà Nẵng", params={"q": "100% thật"})
    assert answer.json() == ["Đà Nẵng", "100% thật"]


async def ask(app: Any, raw_path: bytes, query: bytes) -> tuple[int, bytes]:
    """What a server hands to the application; a client library would repair such an address."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    path = raw_path.decode()
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": raw_path, "query_string": query, "headers": []}
    await app(scope, receive, send)
    return sent[0]["status"], sent[1]["body"]


@pytest.mark.asyncio
async def test_documentation_needs_no_network_and_no_inline_script() -> None:
    async with http_client(application()) as client:
        page = await client.get("/t/docs")
        assert page.status_code == 200
        assert "&lt;T&gt;" in page.text
        assert "script-src 'self';" in page.headers["content-security-policy"]
        assert not re.search(r"<script(?![^>]*src=)|https?://", page.text)
        for address in re.findall(r'(?:src|href|data-openapi)="(/[^"]+)"', page.text):
            found = await client.get(address)
            assert found.status_code == 200, address
        assert (await client.get("/t/openapi.json")).json()["info"]["title"] == "<T>"


def test_every_route_of_the_edge_has_a_rule() -> None:
    rules = access_rules(application())
    assert {path for _, path, _ in rules} >= {"/t/docs", "/t/openapi.json", "/t/docs/files", "/t/small"}
    assert [path for _, path, rule in rules if rule is None] == []


@pytest.mark.asyncio
async def test_readiness_follows_the_checks() -> None:
    checks = [Check("database", True), Check("relay", True)]
    app = Starlette(routes=health_routes(lambda: checks))
    async with http_client(app) as client:
        assert (await client.get("/readyz")).status_code == 200
        checks[1] = Check("relay", False, "Kafka cannot be reached.")
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
        shown = {"name": "relay", "ok": False, "required": True, "detail": "Kafka cannot be reached."}
        assert answer.json()["checks"][1] == shown
        assert (await client.get("/livez")).json() == {"status": "ok"}


@pytest.mark.asyncio
async def test_metrics_are_shown() -> None:
    registry = CollectorRegistry()
    Counter("things_total", "Things.", registry=registry).inc()
    async with http_client(Starlette(routes=metrics_routes(registry))) as client:
        answer = await client.get("/metrics")
    assert "things_total 1.0" in answer.text
    assert "_created" not in answer.text, "a second series for each counter says nothing that is asked"
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("location", "sent"),
    [
        ("http://evil.example/tasks?q=1", "/tasks?q=1"),
        ("https://evil.example/tasks", "/tasks"),
        ("http://evil.example//other.example/x", "/other.example/x"),
        ("http://evil.example/\\other.example/x", "/other.example/x"),
        ("http://evil.example.org/tasks", "http://evil.example.org/tasks"),
        ("/feedback", "/feedback"),
    ],
)
async def test_a_redirect_to_the_own_host_is_one_to_a_path(location: str, sent: str) -> None:
    app = EdgeMiddleware(Response(status_code=303, headers={"Location": location}))
    async with http_client(app) as client:
        answer = await client.get("/", headers={"Host": "evil.example"})
    assert answer.headers["location"] == sent


@pytest.mark.asyncio
@pytest.mark.parametrize("peer", ["127.0.0.1", "192.0.2.9"])
@pytest.mark.parametrize("path", ["/t/nothing", "/t/echo/a?x=1", "/t/docs/files", "/t/docs/"])
async def test_no_answer_repeats_a_forged_host(peer: str, path: str) -> None:
    """A redirect to the address with or without a slash, and every problem, name paths only."""
    edge = VisitorEdge(application(), trusted_networks("127.0.0.1"))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(edge, client=(peer, 1))) as client:
        for name in ("Host", "X-Forwarded-Host"):
            answer = await client.get(f"http://sixclear.test{path}", headers={name: "evil.example"})
            assert answer.status_code >= 300
            assert answer.headers.get("location", "/").startswith("/")
            assert "evil" not in answer.text + str(answer.headers)


@pytest.mark.asyncio
@pytest.mark.parametrize("server", [("10.0.0.5", 8000), ("10.0.0.5", 80), ("/run/sixclear.sock", None), None])
async def test_a_redirect_of_a_request_without_a_host_does_not_tell_the_servers_address(server: Any) -> None:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/t/docs/", "raw_path": b"/t/docs/", "query_string": b"a=1"}
    await application()(scope | {"headers": [], "server": server, "scheme": "http"}, receive, send)
    assert (sent[0]["status"], dict(sent[0]["headers"])[b"location"]) == (307, b"/t/docs?a=1")


@pytest.mark.asyncio
async def test_who_comes_by_https_is_told_to_stay_there() -> None:
    edge = VisitorEdge(application(), trusted_networks("127.0.0.1"))
    said = {"X-Forwarded-Proto": "https"}
    for peer, kept in (("127.0.0.1", "max-age=31536000"), ("192.0.2.9", None)):
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(edge, client=(peer, 1))) as client:
            for path in ("/t/docs", "/t/nothing"):
                answer = await client.get(f"http://sixclear.test{path}", headers=said)
                assert answer.headers.get("strict-transport-security") == kept
                plain = await client.get(f"http://sixclear.test{path}")
                assert "strict-transport-security" not in plain.headers


def answers_for_some() -> FastAPI:
    """Public answers, with and without a word on caching, and what asks for a token."""
    router = APIRouter(route_class=TransactionalRoute)
    everybody, some = Depends(Access.public("a test")), Depends(Access.scope("t:read"))

    @router.get("/public", dependencies=[everybody])
    @router.get("/own", dependencies=[some])
    async def plain() -> Response:
        return Response("x", headers={"ETag": '"1"'})

    @router.get("/public/said", dependencies=[everybody])
    @router.get("/own/said", dependencies=[some])
    async def said() -> Response:
        return Response("x", headers={"ETag": '"1"', "Cache-Control": "max-age=3600"})

    @router.get("/own/stream", dependencies=[some])
    async def stream() -> Response:
        return Response("x", headers={"Cache-Control": "no-cache, no-transform"})

    @router.post("/public", dependencies=[everybody])
    async def change() -> int:
        return 1

    issuer = FakeIssuer()
    app = create_service_app(
        title="T", service="t", version="1", prefix="/t", routers=[router], verifier=issuer.verifier()
    )
    app.state.issuer = issuer
    return app


@pytest.mark.asyncio
async def test_no_cache_keeps_what_is_not_for_everybody() -> None:
    app = answers_for_some()
    async with http_client(app) as client:

        async def kept(path: str, method: str = "GET", **headers: str) -> tuple[int, str | None]:
            answer = await client.request(method, f"/t{path}", headers=headers)
            return answer.status_code, answer.headers.get("cache-control")

        token = app.state.issuer.headers("t:read")
        assert await kept("/public") == (200, None)
        assert await kept("/public/said") == (200, "max-age=3600")
        for path in ("/own", "/own/said", "/public", "/public/said"):
            assert await kept(path, **token) == (200, "no-store"), path
        assert await kept("/own/stream", **token) == (200, "no-store, no-transform")
        for path in ("/own", "/own/said", "/own/stream"):
            assert await kept(path) == (401, "no-store"), path
            assert await kept(path, **app.state.issuer.headers("t:other")) == (403, "no-store"), path
        assert await kept("/public", "POST") == (200, "no-store")
        assert await kept("/nothing", **token) == (404, "no-store")
