"""How often a page asks the services, and how often it waits for them: held by `upstream_calls.json`."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.integration.portal.records import NOW
from tests.integration.portal.shown_pages import COPY, DOCUMENT, PROPOSAL, TASK, UNIT
from tests.integration.portal.upstream import Upstream, clients

from sixclear.portal.app import PAGES, create_app
from sixclear.portal.settings import Settings
from sixclear.portal.shell.rendering import Pages
from sixclear.portal.upstream.gateway import Gateway

HELD: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "upstream_calls.json").read_text())
PLACES = {
    "TASK": TASK,
    "DOCUMENT": DOCUMENT,
    "UNIT": UNIT,
    "UNIT_ID": UNIT.removeprefix("/organisations/"),
    "COPY": COPY,
    "PROPOSAL": PROPOSAL,
}
# What a page does between two of its calls takes fewer turns of the loop than this.
_TURNS = 60


class Rounds(httpx2.AsyncBaseTransport):
    """Answers no call before the page has sent all that it can send without an answer: that is one round."""

    def __init__(self, upstream: Upstream) -> None:
        self._clients = {name: clients(upstream)(name) for name in ("tasks", "feedback", "data-catalog", "monitoring")}
        self.calls = self.rounds = 0
        self._next = asyncio.Event()
        self._waiting = 0

    def client(self, service: str) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=_Of(self, service), base_url="http://upstream")

    async def answer(self, service: str, request: httpx2.Request) -> httpx2.Response:
        self.calls += 1
        self._waiting += 1
        await self._next.wait()
        return await self._clients[service].send(request)

    async def run(self, page: "asyncio.Task[httpx2.Response]") -> httpx2.Response:
        while not page.done():
            before = self.calls
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            if self._waiting and self.calls == before:
                self.rounds += 1
                self._waiting = 0
                self._next.set()
                self._next = asyncio.Event()
        return await page


class _Of(httpx2.AsyncBaseTransport):
    def __init__(self, rounds: Rounds, service: str) -> None:
        self._rounds, self._service = rounds, service

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await self._rounds.answer(self._service, request)


@pytest.mark.asyncio
@pytest.mark.parametrize("page", HELD)
async def test_a_page_asks_as_often_as_is_held_and_asks_what_it_can_together(
    upstream: Upstream, pages: Pages, page: str
) -> None:
    upstream.young = page.endswith("#young")
    rounds = Rounds(upstream)
    gateway = Gateway(rounds.client, timeout_seconds=30.0, patience_seconds=30.0, clock=lambda: NOW)
    app = create_app(settings=Settings(), clock=lambda: NOW, gateway=gateway, pages=pages)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://portal") as browser:
        answer = await rounds.run(asyncio.create_task(browser.get(page.format_map(PLACES))))
    await gateway.close()
    assert answer.status_code in (200, 303, 307)
    held = HELD[page]
    assert {"calls": rounds.calls, "rounds": rounds.rounds} == {"calls": held["calls"], "rounds": held["rounds"]}
    assert rounds.rounds < 2 or held["why"], "a page that waits twice says why"


def test_every_page_is_held() -> None:
    held = {page.format_map(PLACES).partition("?")[0].partition("#")[0] for page in HELD}
    for page in PAGES:
        for route in page.routes:
            if "GET" in (route.methods or ()):  # type: ignore[attr-defined]
                assert any(route.path_regex.match(path) for path in held), route.path  # type: ignore[attr-defined]
