"""How the portal reaches the others: in the process without a network, elsewhere by address."""

import httpx2
import pytest
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.web.visitor import speaks_for_itself, visitor_of
from sixclear.launcher.http_clients import HttpClients
from sixclear.launcher.registry import chosen


@pytest.mark.asyncio
async def test_service_of_this_process_is_called_directly_even_if_made_later() -> None:
    apps: dict[str, ASGIApp] = {}
    clients = HttpClients(apps, frozenset({"tasks"}), "http://127.0.0.1:8000")

    async def tasks(scope: Scope, receive: Receive, send: Send) -> None:
        await JSONResponse({"path": scope["path"]})(scope, receive, send)

    async with clients("tasks") as client:
        apps["tasks"] = tasks
        answer = await client.get("/api/tasks/v1/tasks")

    assert answer.json() == {"path": "/api/tasks/v1/tasks"}


@pytest.mark.asyncio
async def test_service_elsewhere_needs_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    clients = HttpClients({}, frozenset({"portal"}), "http://127.0.0.1:8000")
    with pytest.raises(CannotStart, match="SIXCLEAR_DATA_CATALOG_URL"):
        clients.require(chosen("data-catalog"))
    monkeypatch.setenv("SIXCLEAR_DATA_CATALOG_URL", "http://catalog:8000")
    clients.require(chosen("data-catalog"))
    async with clients("data-catalog") as client:
        assert client.base_url == httpx2.URL("http://catalog:8000")


@pytest.mark.asyncio
async def test_within_a_process_the_portal_speaks_for_a_visitor_or_for_itself() -> None:
    seen: list[tuple[str, bool]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append((visitor_of(scope), speaks_for_itself(scope)))
        await Response()(scope, receive, send)

    clients = HttpClients({"feedback": app}, frozenset({"feedback"}), "http://sixclear.test")
    async with clients("feedback") as client:
        await client.get("/")
        await client.get("/", headers={"X-Forwarded-For": "203.0.113.5"})
    assert seen == [("127.0.0.1", True), ("203.0.113.5", False)]
