"""The way between a page and the live figures: broken in silence, refused, and back again."""

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.requests import Request
from starlette.types import Receive, Scope, Send
from tests.e2e.browser.conftest import Site, opening, running

from sixclear.common.web.access import Access
from sixclear.common.web.sse import SseHub

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
HEARTBEAT_SECONDS = 1.5
STREAM = b"GET /api/monitoring/v1/stream"


@dataclass
class Pipe:
    """One connection through the proxy."""

    flows: asyncio.Event
    is_stream: bool = False


@dataclass
class Proxy:
    """Passes bytes on, until it freezes: then connections stay open and nothing comes through, without a word."""

    target: int
    port: int = 0
    pipes: list[Pipe] = field(default_factory=list)
    tasks: "set[asyncio.Task[None]]" = field(default_factory=set)
    server: asyncio.Server | None = None

    async def start(self) -> None:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self.server is not None
        self.server.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def freeze_streams(self) -> None:
        for pipe in self.pipes:
            if pipe.is_stream:
                pipe.flows.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        there, back = await asyncio.open_connection("127.0.0.1", self.target)
        pipe = Pipe(asyncio.Event())
        pipe.flows.set()
        self.pipes.append(pipe)
        try:
            await asyncio.gather(self._pass_on(pipe, reader, back), self._pass_on(pipe, there, writer))
        except OSError:
            pass
        finally:
            for end in (writer, back):
                end.transport.abort()

    async def _pass_on(self, pipe: Pipe, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65_536):
            pipe.is_stream = pipe.is_stream or data.startswith(STREAM)
            await pipe.flows.wait()
            sink.write(data)
            await sink.drain()
        sink.close()


@dataclass
class Stream:
    """The stand-in's figures on the hub that monitoring uses."""

    site: Site
    hub: SseHub = field(init=False)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        access = Access.public("a test")
        self.hub = SseHub("t", self._snapshot, access=access, heartbeat_seconds=HEARTBEAT_SECONDS, gather_seconds=0.0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append(Request(scope).query_params.get("last_event_id", ""))
        await self.hub(scope, receive, send)

    async def _snapshot(self) -> tuple[int, bytes]:
        return self._message()

    def _message(self) -> tuple[int, bytes]:
        state = self.site.upstream
        data = state.frame("status", [])
        return state.sequence, data.partition(b"data: ")[2].strip()

    async def complete_one(self) -> None:
        self.site.upstream.complete_one()
        number, data = self._message()
        self.hub.publish("status", data, number)


@dataclass
class Frozen:
    """A portal behind a proxy that can freeze, with the live figures behind it."""

    site: Site
    proxy: Proxy
    stream: Stream

    def run(self, coroutine: object) -> None:
        done: Future[None] = asyncio.run_coroutine_threadsafe(coroutine, self.site.loop)  # type: ignore[arg-type]
        done.result(5)


@pytest.fixture
def frozen() -> Iterator[Frozen]:
    """The way that every test here can break."""
    with running(stream=lambda site: Stream(site)) as site:
        stream = site.stream
        assert isinstance(stream, Stream)
        made = Frozen(site, Proxy(int(site.url.rpartition(":")[2])), stream)
        made.run(made.stream.hub.start())
        made.run(made.proxy.start())
        yield made
        made.run(made.proxy.stop())
        made.run(made.stream.hub.stop())


@pytest.fixture
def open_frozen(chromium: Browser, frozen: Frozen) -> Iterator[Open]:
    """Opens a page through the proxy."""
    yield from opening(chromium, Site(f"http://127.0.0.1:{frozen.proxy.port}", frozen.site.upstream, frozen.site.loop))


def _until(condition: Callable[[], bool], within_seconds: float) -> float:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < within_seconds, "It did not happen in time."
        time.sleep(0.02)
    return time.monotonic() - began


def test_a_page_notices_a_silent_connection_and_opens_a_new_one(open_frozen: Open, frozen: Frozen) -> None:
    page = open_frozen("/")
    overdue = page.locator(".legend [data-count=overdue]")
    frozen.run(frozen.stream.complete_one())
    expect(overdue).to_have_text("103")
    connection = page.locator("[data-connection]")
    expect(connection).to_be_empty()
    # Heartbeats alone keep a page connected.
    _until(lambda: page.evaluate("performance.now()") > 3_000 * HEARTBEAT_SECONDS, 20)
    assert frozen.stream.asked == [""]

    page.evaluate(
        "() => { window.said = []; const place = document.querySelector('[data-connection]');"
        "new MutationObserver(() => window.said.push(place.textContent)).observe(place, { childList: true }); }"
    )
    frozen.site.loop.call_soon_threadsafe(frozen.proxy.freeze_streams)
    frozen.run(frozen.stream.complete_one())
    took = _until(lambda: len(frozen.stream.asked) == 2, 15)
    assert took < 2 * HEARTBEAT_SECONDS + 1, "two heartbeats, and what a busy machine needs"
    assert frozen.stream.asked[1].isdigit(), "it says what it has heard"
    expect(overdue).to_have_text("102")
    expect(connection).to_be_empty()
    said = page.evaluate("window.said")
    assert re.fullmatch(r"Mất kết nối lúc \d+/\d+ \d\d:\d\d, đang nối lại\. Số trên trang là của lúc đó\.", said[0])


def test_a_hidden_page_opens_nothing_though_its_connection_froze(open_frozen: Open, frozen: Frozen) -> None:
    page = open_frozen("/")
    _until(lambda: frozen.stream.hub.clients == 1, 5)
    page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true, configurable: true })")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    _until(lambda: frozen.stream.hub.clients == 0, 5)
    began = page.evaluate("performance.now()")
    _until(lambda: page.evaluate("performance.now()") - began > 3_000 * HEARTBEAT_SECONDS, 20)
    assert frozen.stream.asked == [""]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("vi-VN", "Máy chủ không nhận thêm kết nối trực tiếp: trang hỏi lại số liệu sau mỗi 15 giây."),
        ("en-US", "The server takes no more live connections: this page asks for the figures every 15 seconds."),
        ("ar-EG", "لا يقبل الخادم اتصالات مباشرة أخرى: تطلب هذه الصفحة الأرقام كل 15 ثانية."),
    ],
)
def test_a_page_that_gets_no_seat_asks_from_time_to_time_and_says_so(
    open_page: Open, site: Site, language: str, said: str
) -> None:
    site.upstream.full = True
    page = open_page("/problems/not-found", language=language)
    page.clock.install()
    with page.expect_response("**/stream") as refused:
        page.goto("/")
    assert refused.value.status == 429
    site.upstream.answers.clear()
    asked = site.upstream.answers
    page.clock.run_for(2_500)
    connection = page.locator("[data-connection]")
    expect(connection).to_have_text(said)
    _until(lambda: asked == [200], 5)

    page.clock.run_for(18_500)
    _until(lambda: asked == [200, 304], 5)
    site.complete_one()
    _until(lambda: bool(site.upstream.happened), 5)
    page.clock.run_for(20_000)
    expect(page.locator(".legend [data-count=overdue]")).to_have_text("103")
    expect(page.locator("[data-ledger] li").first).to_contain_text("Nhiệm vụ vừa hoàn thành")
    assert asked[:3] == [200, 304, 200]

    site.upstream.full = False
    page.clock.run_for(120_000)
    site.heard()
    expect(connection).to_be_empty()


@pytest.fixture
def apart() -> Iterator[Site]:
    """A portal without a gateway: stream and status are on another port."""
    with running(apart=True) as site:
        yield site


@pytest.fixture
def open_apart(chromium: Browser, apart: Site) -> Iterator[Open]:
    """Opens a page of `apart`."""
    yield from opening(chromium, apart)


def test_a_page_asks_another_origin_too(open_apart: Open, apart: Site) -> None:
    apart.upstream.full = True
    page = open_apart("/problems/not-found", language="en-US")
    page.clock.install()
    with page.expect_response("**/stream"):
        page.goto("/")
    apart.upstream.counts["overdue"] = 99
    page.clock.run_for(2_500)
    expect(page.locator("[data-connection]")).to_contain_text("this page asks for the figures every 15 seconds")
    page.clock.run_for(1_000)
    expect(page.locator(".legend [data-count=overdue]")).to_have_text("99")


def test_a_page_that_gets_no_seat_and_no_answer_says_of_when_its_figures_are(open_page: Open, site: Site) -> None:
    page = open_page("/problems/not-found", language="en-US")
    page.clock.install()
    page.goto("/")
    site.heard()
    site.complete_one()
    expect(page.locator("h1")).to_contain_text("103")
    site.upstream.away.add("monitoring")
    page.clock.run_for(35_000)
    site.unheard()
    page.clock.run_for(5_000)
    expect(page.locator("[data-connection]")).to_contain_text(re.compile(r"^Connection lost at .+, reconnecting\."))
    site.upstream.away.clear()
    page.clock.run_for(120_000)
    site.heard()
    expect(page.locator("[data-connection]")).to_be_empty()


def _wind(page: Page, seconds: int, shows: Callable[[float], None]) -> None:
    """Winds the page's clock on by at most `seconds`, one by one, until it `shows` what is awaited within milliseconds.

    Wound in one go the clock outruns the network: a question that is on its way is given up by its ten seconds.
    """
    for _ in range(seconds):
        page.clock.run_for(1_000)
        with suppress(AssertionError):
            shows(100)
            return
    shows(5_000)


def test_a_page_whose_figures_are_refused_says_why_until_they_come_back(open_page: Open, site: Site) -> None:
    page = open_page("/problems/not-found", language="en-US")
    page.clock.install()
    page.goto("/")
    site.heard()
    site.upstream.unreconciled = True
    connection = page.locator("[data-connection]")
    said = "Counters and records differ: there are no new figures until operators have"
    _wind(page, 60, lambda milliseconds: expect(connection).to_contain_text(said, timeout=milliseconds))
    expect(connection).to_contain_text(re.compile(r"The figures on this page are those of \d+"))
    expect(connection).not_to_contain_text("Connection lost")
    site.upstream.unreconciled = False
    page.clock.run_for(120_000)
    site.heard()
    expect(connection).to_be_empty()


def test_a_page_that_came_without_figures_says_it_once(open_page: Open, site: Site) -> None:
    site.upstream.unreconciled = True
    page = open_page("/problems/not-found", language="en-US")
    page.clock.install()
    with page.expect_response("**/stream") as refused:
        page.goto("/")
    assert refused.value.status == 503
    with page.expect_response("**/status?*") as asked:
        page.clock.run_for(2_500)
    assert asked.value.status == 503
    expect(page.locator("h1")).to_have_text("The figures are not shown: counters and records differ.")
    expect(page.locator("[data-connection]")).to_be_empty()
