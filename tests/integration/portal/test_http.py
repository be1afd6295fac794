"""What every page keeps of HTTP: methods, HEAD, packing, the policy."""

import gzip

import httpx2
import pytest
from tests.integration.portal.records import NOW
from tests.integration.portal.shown_pages import PAGES
from tests.integration.portal.upstream import Upstream, clients

from sixclear.portal.app import create_app
from sixclear.portal.settings import Settings
from sixclear.portal.shell.rendering import Pages
from sixclear.portal.upstream.gateway import Gateway

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/feedback/mailbox", "GET, HEAD, POST"),
        ("DELETE", "/feedback/sent", "GET, HEAD, POST"),
        ("POST", "/tasks", "GET, HEAD"),
        ("GET", "/language", "POST"),
        ("OPTIONS", "/feedback/mailbox", "GET, HEAD, POST"),
        ("PROPFIND", "/robots.txt", "GET, HEAD"),
    ],
)
async def test_a_method_that_is_not_taken_is_answered_with_all_that_are(
    browser: httpx2.AsyncClient, method: str, path: str, allowed: str
) -> None:
    response = await browser.request(method, path)
    assert (response.status_code, response.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_answers_head_as_get_without_its_body(browser: httpx2.AsyncClient, path: str) -> None:
    asked, shown = await browser.head(path), await browser.get(path)
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["content-type"] == shown.headers["content-type"]


@pytest.mark.parametrize("path", ["/tasks", "/catalogue"])
async def test_a_browser_that_refuses_gzip_gets_none(browser: httpx2.AsyncClient, path: str) -> None:
    assert "content-encoding" not in (await browser.get(path, headers={"accept-encoding": "gzip;q=0, x"})).headers
    assert (await browser.get(path, headers={"accept-encoding": "gzip;q=0.1"})).headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("header", ["gzip;q=0", "*;q=0", "identity", "identity, gzip;q=0.5", "identity;q=0", "x", ""])
async def test_whoever_takes_no_packing_reads_every_page_and_file_plain(
    browser: httpx2.AsyncClient, header: str
) -> None:
    style = "/static/" + (await browser.get("/tasks")).text.partition("/static/")[2].partition('"')[0]
    for path in ("/tasks", "/nowhere", style):
        answer = await browser.get(path, headers={"accept-encoding": header})
        assert "content-encoding" not in answer.headers
        assert "Accept-Encoding" in answer.headers["vary"]
        assert answer.text


@pytest.mark.parametrize("header", ["gzip", "gzip, *;q=0", "identity;q=0, gzip;q=0.1", "identity;q=0, *"])
async def test_whoever_takes_nothing_but_gzip_gets_it(browser: httpx2.AsyncClient, header: str) -> None:
    style = "/static/" + (await browser.get("/tasks")).text.partition("/static/")[2].partition('"')[0]
    for path in ("/tasks", style):
        answer = await browser.get(path, headers={"accept-encoding": header})
        assert (answer.headers["content-encoding"], answer.status_code) == ("gzip", 200)
        assert "Accept-Encoding" in answer.headers["vary"]


@pytest.mark.parametrize("path", ["/language", "/feedback/sent", "/feedback/mailbox"])
async def test_a_form_that_is_compressed_is_refused_and_nothing_is_sent(
    browser: httpx2.AsyncClient, upstream: Upstream, path: str
) -> None:
    form = {"content-type": "application/x-www-form-urlencoded", "content-encoding": "gzip"}
    answer = await browser.post(path, content=gzip.compress(b"kind=feedback&title=a&text=b&next=/tasks"), headers=form)
    assert 400 <= answer.status_code < 500
    assert not upstream.submissions


async def test_no_page_is_made_for_a_static_file_that_is_missing(browser: httpx2.AsyncClient) -> None:
    """Static files are free of limits, so whatever is asked for below them costs next to nothing."""
    for path in ("/static/x", "/static/", "/static/x/y.css", "/static/x/y/z"):
        missing = await browser.get(path)
        assert (missing.status_code, missing.headers["content-type"]) == (404, "text/plain; charset=utf-8"), path
        assert missing.headers["cache-control"] == "no-store"


async def test_the_policy_names_the_origin_of_a_stream_elsewhere(upstream: Upstream, pages: Pages) -> None:
    settings = Settings(stream_url="http://127.0.0.1:8004/api/monitoring/v1/stream")
    gateway = Gateway(clients(upstream), timeout_seconds=3.0)
    app = create_app(settings=settings, clock=lambda: NOW, gateway=gateway, pages=pages)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://portal") as client:
        answer = await client.get("/")
    assert "connect-src 'self' http://127.0.0.1:8004;" in answer.headers["content-security-policy"]
    assert 'data-stream="http://127.0.0.1:8004/api/monitoring/v1/stream"' in answer.text


@pytest.mark.parametrize("address", ["//elsewhere.example/s", "http://a.example/;script-src *", "ftp://a/s", "stream"])
async def test_an_address_that_could_change_the_policy_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="must be a path"):
        Settings(stream_url=address)
