"""What strangers ask at once does not hold up the figures of now; counted by turns, not by the clock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from tests.integration.monitoring.conftest import make_runtime

from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.eventually import eventually
from sixclear.common.web.visitor import VisitorEdge
from sixclear.monitoring.settings import Settings
from sixclear.monitoring.target import MonitoringTarget
from sixclear.monitoring.timeline import routes as timeline_routes
from sixclear.monitoring.timeline.service import timeline

pytestmark = pytest.mark.asyncio

PATH = "/api/monitoring/v1"
STRANGER = "203.0.113.5"
OUR_OWN = "127.0.0.1"


class Held:
    """Timelines that are answered when the test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go_on = asyncio.Event()
        self.begun = self.at_once = self.most = 0
        self._timeline = timeline
        monkeypatch.setattr(timeline_routes, "timeline", self._held)

    async def _held(self, *arguments: Any, **named: Any) -> Any:
        self.begun += 1
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            await self.go_on.wait()
            return await self._timeline(*arguments, **named)
        finally:
            self.at_once -= 1


async def ask(app: Any, path: str, address: str = STRANGER, **query: str) -> httpx2.Response:
    """The answer to a question from `address`."""
    transport = httpx2.ASGITransport(app=app, client=(address, 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://sixclear.test") as client:
        return await client.get(PATH + path, params=query)


class Asked:
    """Monitoring with narrow limits, and questions on their way."""

    def __init__(self, app: Any, held: Held) -> None:
        self.app = app
        self.held = held

    async def get(self, path: str, address: str = STRANGER, **query: str) -> httpx2.Response:
        return await ask(self.app, path, address, **query)

    def timeline(self, day: int = 1, address: str = STRANGER) -> "asyncio.Task[httpx2.Response]":
        query = {"from": "2025-11-01", "to": f"2025-11-{day:02}"}
        return asyncio.create_task(self.get("/timeline", address, **query))

    async def begun(self, count: int) -> None:
        async def enough() -> bool:
            return self.held.begun >= count

        await eventually(enough)


@pytest_asyncio.fixture
async def asked(view: Any, events: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Asked]:
    async with asking(view, events, monkeypatch, large_reading_wait_seconds=0.3) as made:
        yield made


@pytest_asyncio.fixture
async def narrow(view: Any, events: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Asked]:
    """So few questions a minute that a slow machine earns none while the test runs."""
    async with asking(view, events, monkeypatch, readings_per_minute=5, large_readings_per_minute=3) as made:
        made.held.go_on.set()
        yield made


@asynccontextmanager
async def asking(view: Any, events: Any, monkeypatch: pytest.MonkeyPatch, **limits: Any) -> AsyncIterator[Asked]:
    await view.fold([events.task("a")])
    runtime, _ = make_runtime(MovingClock(view.now))
    target = MonitoringTarget(runtime, Settings(database_url=view.database.url, **limits))
    yield Asked(target.app, Held(monkeypatch))
    await target.stop()


async def test_large_questions_take_turns_and_the_figures_of_now_do_not_wait(asked: Asked) -> None:
    waiting = [asked.timeline(day) for day in range(1, 21)]
    await asked.begun(2)
    for path in ("/status", "/changes"):
        assert (await asyncio.wait_for(asked.get(path), 5)).status_code == 200
    refused = [task for task in await asyncio.gather(*waiting[2:]) if task.status_code == 503]
    assert len(refused) == 18
    assert all(2 <= int(answer.headers["retry-after"]) <= 10 for answer in refused)
    assert refused[0].json()["code"] == "unavailable"
    asked.held.go_on.set()
    assert [(await task).status_code for task in waiting[:2]] == [200, 200]
    assert (asked.held.begun, asked.held.most) == (2, 2)
    assert (await asked.timeline(28)).status_code == 200, "the turns are free again"


async def test_who_asks_the_same_at_once_gets_the_same_answer(asked: Asked) -> None:
    day = {"from": "2025-11-01", "to": "2025-11-01"}
    slashed = asyncio.create_task(asked.get("/timeline/", **day))
    waiting = [*(asked.timeline() for _ in range(29)), slashed]
    await asked.begun(1)
    waiting[0].cancel()
    asked.held.go_on.set()
    answers = await asyncio.gather(*waiting[1:])
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == asked.held.begun == 1
    assert len({answer.headers["x-request-id"] for answer in answers}) == 29
    assert (await asked.timeline()).status_code == 200
    assert asked.held.begun == 2, "an answer is shared while it is on its way, and not kept"


async def test_a_refusal_is_shared_like_an_answer(asked: Asked) -> None:
    asked.held.go_on.set()
    answers = await asyncio.gather(*(asked.get("/timeline", programme="none") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {404}


async def test_strangers_do_not_hold_up_our_own_services(asked: Asked) -> None:
    strangers = [asked.timeline(day) for day in (1, 2)]
    await asked.begun(2)
    ours = asked.timeline(3, address=OUR_OWN)
    await asked.begun(3)
    asked.held.go_on.set()
    assert {answer.status_code for answer in await asyncio.gather(ours, *strangers)} == {200}


async def test_a_visitor_asks_so_often_and_the_others_are_not_concerned(narrow: Asked) -> None:
    assert [(await narrow.timeline()).status_code for _ in range(4)] == [200, 200, 200, 429]
    for other in ("198.51.100.7", OUR_OWN):
        assert (await narrow.timeline(address=other)).status_code == 200

    small = [await narrow.get("/status") for _ in range(2)]
    assert [answer.status_code for answer in small] == [200, 429], "the refused timeline was a question too"
    assert small[-1].json()["code"] == "too-many-requests"
    assert int(small[-1].headers["retry-after"]) >= 1
    assert [(await narrow.get("/status", OUR_OWN)).status_code for _ in range(6)] == [200] * 6


async def test_a_household_is_one_visitor_whatever_addresses_it_writes(narrow: Asked) -> None:
    codes = [(await narrow.timeline(address=f"2001:db8:1:1::{n:x}")).status_code for n in range(4)]
    assert codes == [200, 200, 200, 429]
    assert (await narrow.timeline(address="2001:db8:1:2::1")).status_code == 200


async def test_replicas_share_what_a_visitor_may_ask(view: Any) -> None:
    runtime, _ = make_runtime(MovingClock(view.now), replicas=10)
    target = MonitoringTarget(runtime, Settings(database_url=view.database.url, readings_per_minute=30))
    assert [(await ask(target.app, "/changes")).status_code for _ in range(4)] == [200, 200, 200, 429]
    await target.stop()


async def test_a_trusted_address_is_one_of_ours_unless_it_names_a_visitor(view: Any) -> None:
    runtime, _ = make_runtime(MovingClock(view.now), trusted_proxies="10.0.0.0/8")
    settings = Settings(database_url=view.database.url, readings_per_minute=1)
    target = MonitoringTarget(runtime, settings)
    edge = VisitorEdge(target.app, runtime.settings.trusted_networks)
    gateway = httpx2.ASGITransport(app=edge, client=("10.1.2.3", 1))
    async with httpx2.AsyncClient(transport=gateway, base_url="http://sixclear.test") as client:
        assert [(await client.get(f"{PATH}/changes")).status_code for _ in range(3)] == [200] * 3
        visitor = {"X-Forwarded-For": "198.51.100.1, 203.0.113.5"}
        assert [(await client.get(f"{PATH}/changes", headers=visitor)).status_code for _ in range(2)] == [200, 429]
        other = {"X-Forwarded-For": "203.0.113.5, 198.51.100.1"}
        assert (await client.get(f"{PATH}/changes", headers=other)).status_code == 200
    assert (await ask(edge, "/changes", OUR_OWN)).status_code == 200
    assert (await ask(edge, "/changes", OUR_OWN)).status_code == 429, "only whom the setting names is one of ours"
    await target.stop()


async def test_one_address_does_not_take_the_seats_of_the_stream(view: Any, events: Any) -> None:
    await view.fold([events.task("a")])
    runtime, _ = make_runtime(MovingClock(view.now))
    target = MonitoringTarget(runtime, Settings(database_url=view.database.url, stream_seats=10))
    hold = [asyncio.create_task(ask(target.app, "/stream")) for _ in range(2)]
    done, pending = await asyncio.wait(hold, timeout=5, return_when=asyncio.FIRST_COMPLETED)
    assert [task.result().status_code for task in done] == [429]
    assert target._stream.hub.clients == 1
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    assert target._stream.hub.clients == 0
    await target.stop()
