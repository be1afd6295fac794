"""A service that accepts and never answers: what a reader waits, and what the page shows instead."""

import asyncio
import re
import socket
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import httpx2
import pytest
import pytest_asyncio
from tests.integration.portal.records import NOW
from tests.integration.portal.shown_pages import DATA_PATHS, TASK, UNIT
from tests.integration.portal.upstream import Upstream, clients

from sixclear.common.ids import stable_id
from sixclear.common.testing.eventually import eventually
from sixclear.portal.app import create_app
from sixclear.portal.settings import Settings
from sixclear.portal.shell.rendering import Pages
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.transport import LIVE_SECONDS
from sixclear.portal.upstream.waiting import PAUSE_SECONDS

pytestmark = pytest.mark.asyncio

_MOST_SECONDS = 2.0
# What a page that waits for no service stays far below, on a machine with other work.
_WITHOUT_WAITING = 1.0


class Freezing(httpx2.AsyncBaseTransport):
    """The stand-in of a service until it is frozen; then a real server that accepts and never answers."""

    def __init__(self, service: str, site: "Site") -> None:
        self._service, self._site = service, site
        self._answers = clients(site.upstream)(service)
        self._never = httpx2.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        frozen = self._service in self._site.frozen
        if not frozen and self._site.withdrawn and self._site.withdrawn in request.url.path:
            return httpx2.Response(404, json={"code": "task-not-found"}, request=request)
        if not frozen:
            return await self._answers.send(request)
        request.url = request.url.copy_with(host="127.0.0.1", port=self._site.port)
        return await self._never.handle_async_request(request)

    async def aclose(self) -> None:
        await self._answers.aclose()
        await self._never.aclose()


class Site:
    """A portal whose services can be frozen, and its clocks."""

    def __init__(self, upstream: Upstream, port: int) -> None:
        self.upstream, self.port = upstream, port
        self.frozen: set[str] = set()
        self.withdrawn = ""
        self.now = NOW
        self.own_work: dict[str, float] = {}
        self.browser: httpx2.AsyncClient

    def client(self, service: str) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=Freezing(service, self), base_url="http://upstream")

    def clock(self) -> datetime:
        return self.now

    async def page(self, path: str) -> tuple[str, float]:
        """The page in English, and the seconds that it took beyond those of its own work when everything answers."""
        started = time.monotonic()
        answer = await self.browser.get(path, headers={"accept-language": "en"})
        assert answer.status_code == 200
        seconds = time.monotonic() - started
        if not self.frozen:
            self.own_work[path] = seconds
        return answer.text, seconds - self.own_work.get(path, 0.0)

    def asked(self, service: str) -> int:
        return sum(name == service for name, _, _ in self.upstream.requests)

    def later(self, seconds: float) -> None:
        self.upstream.passed += seconds
        self.now += timedelta(seconds=seconds)


@pytest_asyncio.fixture
async def site(upstream: Upstream, pages: Pages) -> AsyncIterator[Site]:
    """A portal, all of whose services answer until they are frozen."""
    with socket.create_server(("127.0.0.1", 0)) as never:
        site = Site(upstream, never.getsockname()[1])
        gateway = Gateway(site.client, timeout_seconds=3.0, clock=site.clock, monotonic=upstream.monotonic)
        app = create_app(settings=Settings(), clock=site.clock, gateway=gateway, pages=pages)
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://portal") as browser:
            site.browser = browser
            yield site
        await gateway.close()


@pytest.mark.parametrize("path", DATA_PATHS)
async def test_a_frozen_service_costs_a_reader_two_seconds_and_no_figure(site: Site, path: str) -> None:
    whole, _ = await site.page(path)
    assert "data-known-at" not in whole
    site.frozen = {"tasks", "feedback", "data-catalog", "monitoring"}
    site.later(600)
    known, seconds = await site.page(path)
    assert seconds < _MOST_SECONDS
    assert "data-known-at" in known
    assert f'<time data-known-at datetime="{NOW.isoformat()}">' in known
    assert "What is shown is still correct" not in known
    again, seconds = await site.page(path)
    assert seconds < _WITHOUT_WAITING
    assert again == known


async def test_figures_of_before_are_the_last_ones_and_say_how_old_they_are(site: Site) -> None:
    site.upstream.counts["overdue"] = 110
    site.later(60)
    before, _ = await site.page("/")
    site.frozen = {"monitoring"}
    site.upstream.counts["overdue"] = 0
    site.later(3_600)
    known, _ = await site.page("/")
    assert "data-known-at" in known
    assert "110" in before
    assert "110" in known
    assert "data-activity" in before
    assert "data-activity" not in known, "an hour ago is not today for sure"
    assert re.search(r'data-seconds="36\d\d', known)


@pytest.mark.parametrize("path", [TASK, UNIT, "/", "/tasks", "/catalogue"])
async def test_what_may_have_been_withdrawn_since_is_on_no_page_of_a_frozen_service(site: Site, path: str) -> None:
    site.upstream.titles = ["Kế hoạch sắp bị hạn chế"]
    titles = ["Kế hoạch sắp bị hạn chế", "Cơ sở dữ liệu quốc gia về đất đai"]
    before, _ = await site.page(path)
    assert any(title in before for title in titles)
    site.frozen = {"tasks", "feedback", "data-catalog", "monitoring"}
    site.later(LIVE_SECONDS)
    known = (await site.browser.get(path, headers={"accept-language": "en"})).text
    assert not [title for title in titles if title in known]


async def test_without_an_answer_of_before_the_figures_are_missing_and_never_zero(site: Site) -> None:
    site.frozen = {"monitoring"}
    page, seconds = await site.page("/")
    assert seconds < _MOST_SECONDS
    assert "data-known-at" not in page
    assert 'data-figure="' not in page


async def test_one_reader_tries_after_the_pause_and_all_get_new_figures_again(site: Site) -> None:
    await site.page("/")
    site.frozen = {"monitoring"}
    site.later(60)
    await site.page("/")
    asked = site.asked("monitoring")
    site.frozen = set()
    await site.page("/")
    assert site.asked("monitoring") == asked, "a frozen service is not asked for a while"
    site.later(PAUSE_SECONDS)
    await site.page("/")

    async def whole() -> bool:
        return "data-known-at" not in (await site.page("/"))[0]

    await eventually(whole)


async def test_a_task_that_was_withdrawn_does_not_come_back_when_its_service_is_frozen(site: Site) -> None:
    task_id = str(stable_id("task", "3"))
    shown, _ = await site.page(f"/tasks/{task_id}")
    site.withdrawn = task_id
    assert (await site.browser.get(f"/tasks/{task_id}")).status_code == 404
    site.frozen = {"tasks"}
    answer = await site.browser.get(f"/tasks/{task_id}")
    title = re.search(r"<h1[^>]*>(.*?)</h1>", shown, re.DOTALL)
    assert title is not None
    assert title[1] not in answer.text
    assert answer.status_code == 503


async def test_figures_that_were_refused_do_not_come_back_when_their_service_is_frozen(site: Site) -> None:
    site.upstream.counts["overdue"] = 110
    site.later(60)
    assert "110" in (await site.page("/"))[0]
    site.upstream.unreconciled = True
    site.later(60)
    assert "110" not in (await site.page("/"))[0]
    site.frozen = {"monitoring"}
    site.later(60)
    assert "110" not in (await site.page("/"))[0]


async def test_two_frozen_services_do_not_add_up(site: Site) -> None:
    await site.page("/?programme=nq57-central")
    site.frozen = {"tasks", "monitoring"}
    site.later(60)
    _, seconds = await site.page("/?programme=nq57-central")
    assert seconds < _MOST_SECONDS


async def test_readers_who_come_together_wait_together(site: Site) -> None:
    await site.page("/")
    site.frozen = {"monitoring"}
    site.later(60)
    found = await asyncio.gather(*(site.page("/") for _ in range(3)))
    assert max(seconds for _, seconds in found) < _MOST_SECONDS


async def test_a_form_is_sent_although_pages_do_not_ask(site: Site) -> None:
    site.frozen = {"tasks"}
    await site.page("/feedback")
    form = {"kind": "initiative", "title": "a", "text": "b", "form_key": "k" * 24}
    assert (await site.browser.post("/feedback/sent", data=form)).status_code == 200
    assert len(site.upstream.submissions) == 1
