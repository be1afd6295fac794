"""Text that people wrote turns around nothing beside it: walked on every page, in every language."""

import re
from html.parser import HTMLParser

import httpx2
import pytest
from tests.integration.portal import upstream_tasks
from tests.integration.portal.records import RECEIPT
from tests.integration.portal.shown_pages import PAGES, TASK
from tests.integration.portal.upstream import Upstream

from sixclear.portal.words.languages import NAMES

pytestmark = pytest.mark.asyncio

CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
MARK = "ZQX"
TURNING = [
    f"\u202e{MARK} đảo ngược",  # an override that nothing ends
    f"{MARK}\u2069\u2069 thoát ra",  # it would end the isolation around it
    f"\u2067{MARK} \u2066 mở mà không đóng",
    f"{MARK} قرار رقم 5 و123/QĐ-UBND",
    f"العربية أولاً {MARK} 2026",
    f"\u202b\u202d{MARK}\u202c\u061c ",
]
VOID = {"meta", "link", "input", "br", "img", "path", "rect", "line", "circle"}


class Isolated(HTMLParser):
    """Where a text stands that a person wrote: whether an element around it isolates it from the rest of the page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.loose: list[str] = []
        self.found = 0
        self._open: list[tuple[str, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag not in VOID:
            isolates = tag in {"bdi", "textarea"} or (names.get("dir") is not None and tag != "html")
            self._open.append((tag, isolates))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if MARK not in data:
            return
        self.found += 1
        tags = [tag for tag, _ in self._open]
        # In a title there are no elements: there, controls of the page's own isolate it.
        held = re.search(f"\u2068[^\u2068]*{MARK}[^\u2069]*\u2069", data) if "title" in tags else None
        plain = "title" in tags and not re.search("[\u0600-\u06ff]", data)
        if not (held or plain or any(isolates for _, isolates in self._open)):
            self.loose.append(data)


def assert_isolated(page: str) -> int:
    body = re.sub(r"<title>.*?</title>", "", page, flags=re.DOTALL)
    assert not CONTROLS.search(body), "a control of the text is on the page"
    found = Isolated(page)
    assert found.loose == []
    return found.found


@pytest.mark.parametrize("language", NAMES)
@pytest.mark.parametrize("path", PAGES)
async def test_text_of_people_is_isolated_on_every_page(
    browser: httpx2.AsyncClient, upstream: Upstream, monkeypatch: pytest.MonkeyPatch, path: str, language: str
) -> None:
    upstream.titles = TURNING
    monkeypatch.setattr(upstream_tasks, "brief", turned)
    page = await browser.get(path, params={**httpx2.URL(path).params, "lang": language})
    assert page.status_code == 200
    shown = assert_isolated(page.text)
    if path in ("/", "/tasks", TASK):
        assert shown >= 5


def turned(unit: dict[str, object]) -> dict[str, object]:
    """An organisation with a name that turns."""
    names = {"name_vi": TURNING[0], "name_en": TURNING[1]}
    return {**{name: unit[name] for name in ("organisation_id", "code")}, **names}


@pytest.mark.parametrize("language", NAMES)
@pytest.mark.parametrize("text", TURNING)
async def test_a_case_with_its_messages_and_answer_is_isolated(
    browser: httpx2.AsyncClient, upstream: Upstream, text: str, language: str
) -> None:
    upstream.case_title = upstream.case_text = text
    upstream.answer = {"outcome": "accepted", "reason": text, "legal_basis": text, "text": text}
    at = "2026-11-21T03:00:00Z"
    upstream.messages = [{"author": author, "text": text, "sent_at": at} for author in ("sender", "handler")]
    headers = {"accept-language": language}
    page = await browser.post("/feedback/mailbox", data={"receipt_code": RECEIPT}, headers=headers)
    assert assert_isolated(page.text) == 7
    assert re.search(r'<h2><bdi lang="">', page.text)


@pytest.mark.parametrize("text", TURNING)
async def test_what_was_typed_stands_in_fields_that_find_their_own_direction(
    browser: httpx2.AsyncClient, text: str
) -> None:
    page = await browser.post("/feedback/sent", data={"title": text, "text": text, "contact": text})
    assert page.status_code == 422
    assert_isolated(page.text)
    for field in ("title", "text", "contact"):
        assert re.search(rf'<(?:textarea|input) dir="auto" id="{field}"', page.text)


@pytest.mark.parametrize("text", TURNING)
async def test_a_value_of_an_address_is_isolated_where_it_is_said(browser: httpx2.AsyncClient, text: str) -> None:
    for path in ("/tasks?status=", "/tasks?status=a&status=", "/tasks?programme=", "/?as_of="):
        assert_isolated((await browser.get(path + str(httpx2.QueryParams({"": text}))[1:])).text)


@pytest.mark.parametrize("path", PAGES)
async def test_codes_run_from_left_to_right_on_arabic_pages(browser: httpx2.AsyncClient, path: str) -> None:
    page = (await browser.get(path, params={**httpx2.URL(path).params, "lang": "ar"})).text
    codes = re.findall(r'<(\w+) class="(?:code|hash|tile-code|receipt-code)"([^>]*)>', page)
    assert [tag for tag, rest in codes if 'dir="ltr"' not in rest] == []
