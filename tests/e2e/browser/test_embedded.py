"""The form of feedback in the page of a body, by one line: another site around it, with script and without."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, Request, expect
from tests.e2e.browser.conftest import Site
from tests.e2e.browser.test_reading import serious
from tests.integration.portal.records import RECEIPT

pytestmark = pytest.mark.browser


class Body(ThreadingHTTPServer):
    """The site of a body: whatever is asked for, its one page."""

    html = ""

    @property
    def url(self) -> str:
        """Another site than the portal's, which is 127.0.0.1."""
        return f"http://localhost:{self.server_port}/"


class _Answer(BaseHTTPRequestHandler):
    server: Body

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.server.html.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def body() -> Iterator[Body]:
    """A real site: a page that a test makes up may not reach this machine from a browser."""
    server = Body(("127.0.0.1", 0), _Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def context(chromium: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A browser on a phone, with script or without."""
    context = chromium.new_context(
        base_url=site.url,
        java_script_enabled=request.param,
        viewport={"width": 390, "height": 900},
        locale="en-US",
    )
    yield context
    context.close()


def line_of(site: Site, context: BrowserContext) -> str:
    """The line as an operator of a body copies it."""
    page = context.new_page()
    page.goto("/embed?body=48")
    line = page.get_by_role("textbox", name="The line to copy").input_value()
    page.close()
    return line.replace("https://sixclear.example", site.url)


def page_of_a_body(context: BrowserContext, body: Body, line: str) -> Page:
    """A page of a body that has the line."""
    body.html = f"<!doctype html><html lang=en><title>Ward</title><body><h1>Our ward</h1>{line}</body></html>"
    page = context.new_page()
    page.goto(body.url)
    return page


def answered(frame: FrameLocator) -> None:
    """Goes through the questions in the frame and answers those that must be."""
    frame.get_by_label("Feedback", exact=True).check()
    frame.locator("a.next:visible").click()
    frame.get_by_label("Summary in one sentence").fill("Street light")
    frame.locator("a.next:visible").click()
    frame.get_by_label("Text", exact=True).fill("It is out.")
    while frame.locator("a.next:visible").count():
        frame.locator("a.next:visible").click()


def test_feedback_is_sent_within_the_frame(context: BrowserContext, site: Site, body: Body) -> None:
    page = page_of_a_body(context, body, line_of(site, context))
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("To: ")).to_contain_text("Đà Nẵng")
    answered(frame)
    frame.get_by_role("button", name="العربية").click()
    expect(frame.locator("html")).to_have_attribute("lang", "ar")
    frame.get_by_role("button", name="English").click()
    frame.get_by_role("button", name="Send and get a receipt code").click()
    expect(frame.locator(".receipt-code")).to_have_text(RECEIPT)
    (sent,) = site.upstream.submissions.values()
    assert (sent["text"], sent["organisation_id"]) == ("It is out.", "48")
    assert (page.url, context.cookies()) == (body.url, [])
    with context.expect_page() as opened:
        frame.get_by_role("button", name="Open the mailbox").click()
    expect(opened.value.locator("h1")).to_contain_text("Initiative")
    expect(frame.locator(".receipt-code")).to_have_text(RECEIPT)


def test_what_was_typed_goes_along_into_a_page_of_its_own(context: BrowserContext, site: Site, body: Body) -> None:
    page = page_of_a_body(context, body, line_of(site, context))
    frame = page.frame_locator("iframe")
    answered(frame)
    with context.expect_page() as opened:
        frame.get_by_role("button", name="Open this form in a page of its own").click()
    whole = opened.value
    expect(whole.locator("#title")).to_have_value("Street light")
    whole.get_by_role("button", name="Send and get a receipt code").click()
    expect(whole.locator(".receipt-code")).to_have_text(RECEIPT)
    assert [sent["organisation_id"] for sent in site.upstream.submissions.values()] == ["48"]


def test_no_other_page_is_shown_in_a_frame(chromium: Browser, site: Site, body: Body) -> None:
    context = chromium.new_context(base_url=site.url)
    shown = {}
    for path in ("/embed/feedback", "/feedback", "/feedback/mailbox", "/embed"):
        page = page_of_a_body(context, body, f'<iframe src="{site.url}{path}"></iframe>')
        shown[path] = page.frames[1].url == f"{site.url}{path}"
        page.close()
    context.close()
    assert [path for path, there in shown.items() if there] == ["/embed/feedback"]


@pytest.mark.parametrize("language", ["vi", "en", "ar"])
def test_a_frame_is_small_and_read_by_everyone(chromium: Browser, site: Site, language: str) -> None:
    context = chromium.new_context(base_url=site.url, viewport={"width": 320, "height": 760})
    page = context.new_page()
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    page.goto(f"/embed/feedback?body=48&lang={language}", wait_until="networkidle")
    assert [one.url for one in asked if one.resource_type in ("font", "image")] == []
    assert len(asked) <= 9
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert serious(page) == []
    context.close()
