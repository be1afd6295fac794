"""A real Chromium in front of the portal and a stand-in for the services, over real HTTP."""

import asyncio
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from starlette.applications import Starlette
from starlette.types import ASGIApp
from tests.integration.portal.records import NOW
from tests.integration.portal.upstream import Upstream, clients, whole

from sixclear.portal.app import create_app
from sixclear.portal.settings import Settings
from sixclear.portal.shell.assets import Assets
from sixclear.portal.shell.rendering import Pages
from sixclear.portal.upstream.gateway import Gateway

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Site:
    """A running portal with the state of what is behind it."""

    url: str
    upstream: Upstream
    loop: asyncio.AbstractEventLoop
    stream: ASGIApp | None = None

    def heard(self) -> None:
        """Waits until somebody follows the stream."""
        self._wait_for(lambda: bool(self.upstream.listeners), "No page follows the stream.")

    def unheard(self) -> None:
        """Waits until no page follows the stream."""
        self._wait_for(lambda: not self.upstream.listeners, "Somebody still follows the stream.")

    def _wait_for(self, condition: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + 5
        while not condition():
            assert time.monotonic() < deadline, otherwise
            time.sleep(0.02)

    def complete_one(self) -> None:
        """One overdue task is confirmed; everybody who listens hears of it."""
        self.loop.call_soon_threadsafe(self.upstream.complete_one)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser; without one the tests are skipped, and fail in CI.

    It ends with its module: its event loop would keep later asynchronous tests from having theirs.
    """
    if CHROMIUM is None:
        message = "No Chromium on this machine: install the package `chromium` to run the browser tests."
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def site() -> Iterator[Site]:
    """A portal of its own for each test, on a port that the system chooses."""
    with running() as site:
        yield site


@contextmanager
def running(*, apart: bool = False, stream: Callable[[Site], ASGIApp] | None = None) -> Iterator[Site]:
    """A portal and what is behind it; `apart` puts the services on a port of their own, as in a local cluster.

    `stream` makes what answers in place of the stand-in's stream.
    """
    upstream = Upstream()
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    portal_url, services_url = (f"http://127.0.0.1:{listener.getsockname()[1]}" for listener in listeners)
    settings = Settings(stream_url=f"{services_url}/api/monitoring/v1/stream") if apart else Settings()
    gateway = Gateway(clients(upstream), timeout_seconds=3.0)
    portal = create_app(
        settings=settings, clock=lambda: NOW, gateway=gateway, pages=Pages(Assets()), developer_pages=True
    )
    nothing = Starlette()
    loop = asyncio.new_event_loop()
    site = Site(portal_url, upstream, loop)
    site.stream = stream(site) if stream is not None else None
    apps = (portal, whole(upstream, nothing)) if apart else (whole(upstream, portal, site.stream), nothing)
    servers = [uvicorn.Server(_config(app)) for app in apps]

    async def serve() -> None:
        await asyncio.gather(*(server.serve([at]) for server, at in zip(servers, listeners, strict=True)))

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    yield site
    for server in servers:
        server.should_exit = True
    thread.join(10)
    loop.close()
    for listener in listeners:
        listener.close()
    assert sorted(set(upstream.broken)) == []


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(app, lifespan="off", log_level="error", timeout_graceful_shutdown=1, ws="none")


def _is_complaint(said: ConsoleMessage) -> bool:
    # 422 for a form, 429 and 503 for a stream are answers as meant, which Chromium notes as errors.
    return said.type == "error" and not any(f"status of {code}" in said.text for code in (422, 429, 503))


@pytest.fixture
def open_page(chromium: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Opens a page of the site; whatever the browser complains of fails the test."""
    yield from opening(chromium, site)


def opening(chromium: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """What `open_page` is, for any site."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_one(path: str = "/", *, width: int = 1280, language: str = "vi-VN", **options: object) -> Page:
        context = chromium.new_context(
            base_url=site.url,
            viewport={"width": width, "height": 900},
            locale=language,
            **options,  # type: ignore[arg-type]
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if _is_complaint(said) else None)
        page.goto(path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


def go_on(page: Page) -> None:
    """Goes from a question of the form of feedback to the next one."""
    page.locator("a.next:visible").click()


def go_to_the_end(page: Page) -> None:
    """Goes to the last question, without answers to those between."""
    while page.locator("a.next:visible").count():
        go_on(page)
