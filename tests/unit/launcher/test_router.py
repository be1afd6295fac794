"""The router: longest prefix, whole path, the process's own pages, and streams that end with the process."""

import asyncio

import httpx2
import orjson
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sixclear.common.runtime.target import Check
from sixclear.common.web.access import Access
from sixclear.common.web.stream_route import StreamRoute
from sixclear.launcher.router import Router, process_app


def _says(name: str) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(f"{name} {Request(scope).url.path}")(scope, receive, send)

    return app


def _client(app: ASGIApp) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test")


@pytest.mark.asyncio
async def test_longest_prefix_wins_on_a_path_boundary() -> None:
    router = Router({"/": _says("portal"), "/api/tasks": _says("tasks"), "/api/tasks/v1/stream": _says("stream")})
    async with _client(router) as client:
        answers = [
            (await client.get(path)).text
            for path in ("/", "/api/tasks/v1/tasks", "/api/tasksx", "/api/tasks", "/api/tasks/v1/stream")
        ]

    assert answers == [
        "portal /",
        "tasks /api/tasks/v1/tasks",
        "portal /api/tasksx",
        "tasks /api/tasks",
        "stream /api/tasks/v1/stream",
    ]


@pytest.mark.asyncio
async def test_unknown_path_is_a_problem_document() -> None:
    async with _client(Router({"/api/tasks": _says("tasks")})) as client:
        answer = await client.get("/elsewhere")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert orjson.loads(answer.content)["code"] == "not-found"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.asyncio
async def test_process_pages() -> None:
    checks = [Check("tasks: database", True)]
    async with _client(process_app(lambda: checks)) as client:
        live, ready, metrics = [await client.get(path) for path in ("/livez", "/readyz", "/metrics")]
        checks.append(Check("monitoring: consumer", False, "halted"))
        not_ready = await client.get("/readyz")

    assert (live.status_code, ready.status_code, metrics.status_code) == (200, 200, 200)
    assert "python_info" in metrics.text
    assert not_ready.status_code == 503
    assert "halted" in not_ready.text


@pytest.mark.asyncio
async def test_stream_is_told_that_its_client_left_when_the_process_stops() -> None:
    stopping, seen = asyncio.Event(), list[Message]()

    class Stream:
        access = Access.public("a test")

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            seen.append(await receive())
            seen.append(await receive())

    async def silent_client() -> Message:
        if not seen:
            return {"type": "http.request"}
        await asyncio.sleep(60)
        raise AssertionError

    async def send(message: Message) -> None:
        return None

    path = "/api/monitoring/v1/live"
    app = Starlette(routes=[StreamRoute(path, Stream())])
    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    serving = asyncio.create_task(Router({"/": app}, stopping)(scope, silent_client, send))
    await asyncio.sleep(0.01)
    stopping.set()
    await asyncio.wait_for(serving, 10)

    assert [message["type"] for message in seen] == ["http.request", "http.disconnect"]


@pytest.mark.asyncio
async def test_process_pages_keep_browsers_safe_and_lead_to_no_other_host() -> None:
    async with _client(process_app(list)) as client:
        for path in ("/livez", "/readyz", "/metrics"):
            answer = await client.get(path)
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            answer = await client.get(f"{path}/", headers={"Host": "evil.example"})
            assert answer.headers["location"] == path
