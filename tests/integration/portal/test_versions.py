"""What has not changed is neither sent again to a browser nor read again of a service; what has changed is shown."""

import re

import httpx2
import pytest
from tests.integration.portal import upstream_tasks
from tests.integration.portal.shown_pages import TASK, UNIT
from tests.integration.portal.upstream import Upstream, clients

from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.tasks import FoundOrganisation
from sixclear.portal.upstream.transport import LIVE_SECONDS, Query
from sixclear.portal.upstream.versions import TAG_SECONDS

pytestmark = pytest.mark.asyncio

PUBLIC = ["/", "/tasks", TASK, "/organisations", UNIT, "/catalogue"]


@pytest.mark.parametrize("path", PUBLIC)
@pytest.mark.parametrize("packing", ["gzip", "identity"])
async def test_a_browser_that_has_a_page_is_not_sent_it_again(
    browser: httpx2.AsyncClient, path: str, packing: str
) -> None:
    headers = {"accept-encoding": packing, "accept-language": "en"}
    page = await browser.get(path, headers=headers)
    tag = page.headers["etag"]
    assert tag.startswith('"')
    again = await browser.get(path, headers={**headers, "if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("etag", "vary", "cache-control", "content-language", "content-security-policy"):
        assert again.headers[name] == page.headers[name]
    assert "content-encoding" not in again.headers
    other = await browser.get(path, headers={**headers, "accept-language": "vi", "if-none-match": tag})
    assert (other.status_code, other.headers["content-language"]) == (200, "vi")


async def test_each_packing_has_a_tag_of_its_own(browser: httpx2.AsyncClient) -> None:
    tags = {
        (await browser.get("/tasks", headers={"accept-encoding": packing})).headers["etag"]
        for packing in ("identity", "gzip", "br", "zstd")
    }
    assert len(tags) == 4


@pytest.mark.parametrize("path", ["/feedback", "/feedback/mailbox", "/nowhere", f"{TASK[:-1]}x"])
async def test_a_page_of_one_visitor_or_of_an_error_has_no_tag(browser: httpx2.AsyncClient, path: str) -> None:
    page = await browser.get(path, headers={"if-none-match": "*"})
    assert page.headers["cache-control"] in ("no-store", "private, no-cache")
    assert "etag" not in page.headers
    assert page.text


async def test_a_page_shows_what_changed_in_an_answer_and_nothing_of_before(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    before = await browser.get("/", headers={"accept-language": "en"})
    assert "Nhiệm vụ vừa hoàn thành" not in before.text
    upstream.complete_one()
    upstream.titles = ["Một tên mới"]
    upstream.passed += LIVE_SECONDS
    after = await browser.get("/", headers={"accept-language": "en", "if-none-match": before.headers["etag"]})
    assert after.status_code == 200
    assert "Nhiệm vụ vừa hoàn thành" in after.text
    assert "Một tên mới" in _section(after.text, "attention-title")
    assert _section(after.text, "units") == _section(before.text, "units")


async def test_a_task_that_has_not_changed_is_asked_for_with_its_tag(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    pages = [await browser.get(TASK) for _ in range(2)]
    assert upstream.answers == [200, 304]
    assert pages[0].text == pages[1].text
    upstream.titles = ["Một tên mới"]
    assert "Một tên mới" in (await browser.get(TASK)).text
    assert upstream.answers == [200, 304, 200]


def _section(page: str, heading: str) -> str:
    found = re.search(rf'<section aria-labelledby="{heading}".*?</section>', page, re.DOTALL)
    assert found is not None
    return found[0]


async def test_one_address_that_is_read_in_two_ways_is_read_each_way(upstream: Upstream) -> None:
    gateway = Gateway(clients(upstream), timeout_seconds=3.0)
    query: Query = {"level": "central", "limit": 100}
    assert not isinstance((await gateway.tasks.organisations(query)).items[0], FoundOrganisation)
    assert isinstance((await gateway.tasks.find(query)).items[0], FoundOrganisation)
    await gateway.close()


async def test_what_a_tag_does_not_stand_for_is_read_again_soon(
    browser: httpx2.AsyncClient, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tag of a task does not change with the name of its organisation."""
    monkeypatch.setattr(upstream_tasks, "crc32", lambda _record: 1)
    await browser.get(TASK)
    upstream.titles = ["Một tên mới"]
    assert "Một tên mới" not in (await browser.get(TASK)).text
    upstream.passed += TAG_SECONDS
    assert "Một tên mới" in (await browser.get(TASK)).text
    assert upstream.answers == [200, 304, 200]
