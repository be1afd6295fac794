"""Vietnamese words on English and Arabic pages: screen readers are told their language, lists are written as there."""

import re
from html.parser import HTMLParser

import httpx2
import pytest
from tests.integration.portal.records import RECEIPT
from tests.integration.portal.shown_pages import PAGES, TASK
from tests.integration.portal.upstream import Upstream

pytestmark = pytest.mark.asyncio

VIETNAMESE = re.compile(r"[ăâđêôơưĂÂĐÊÔƠƯạ-ỹẠ-Ỹ]")
VOID = {"meta", "link", "input", "br", "img", "path", "rect", "line", "circle"}
ANSWER = {"outcome": "accepted", "reason": "Đúng", "legal_basis": "Nghị định 1", "text": "Sẽ làm"}


class Spoken(HTMLParser):
    """Each text with the language in which a screen reader says it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: list[tuple[str, str]] = []
        self._open: list[tuple[str, str]] = [("", "")]
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self._open.append((tag, dict(attrs).get("lang") or self._open[-1][1]))

    def handle_endtag(self, tag: str) -> None:
        while self._open[-1][0] != tag and len(self._open) > 1:
            self._open.pop()
        if len(self._open) > 1:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        # The title of a page can hold no markup.
        if data.strip() and self._open[-1][0] != "title":
            self.texts.append((self._open[-1][1], data.strip()))


def mistaken(page: str) -> list[tuple[str, str]]:
    return [(language, text) for language, text in Spoken(page).texts if language != "vi" and VIETNAMESE.search(text)]


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("path", PAGES)
async def test_vietnamese_words_are_said_in_vietnamese(browser: httpx2.AsyncClient, path: str, language: str) -> None:
    page = await browser.get(path, params={**httpx2.URL(path).params, "lang": language})
    assert mistaken(page.text) == []


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_an_answer_is_said_in_vietnamese(browser: httpx2.AsyncClient, upstream: Upstream, language: str) -> None:
    upstream.answer = ANSWER
    headers = {"accept-language": language}
    page = (await browser.post("/feedback/mailbox", data={"receipt_code": RECEIPT}, headers=headers)).text
    spoken = Spoken(page).texts
    for text in ("Đúng", "Nghị định 1", "Sẽ làm"):
        assert ("vi", text) in spoken


async def test_english_names_on_an_arabic_page_are_said_in_english(browser: httpx2.AsyncClient) -> None:
    spoken = Spoken((await browser.get("/organisations?lang=ar")).text).texts
    assert ("en", "Ministry of Science and Technology") in spoken


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_who_did_it_is_named_in_english_where_there_is_a_name(browser: httpx2.AsyncClient, language: str) -> None:
    page = (await browser.get("/", params={"lang": language})).text
    ledger = Spoken(page.split("data-ledger ")[1].split("<template")[0]).texts
    named = {text for spoken, text in ledger if spoken == ("en" if language == "ar" else "")}
    assert {"Ministry of Science and Technology"} & named, ledger


async def test_words_of_the_page_itself_carry_no_language_of_their_own(browser: httpx2.AsyncClient) -> None:
    assert '<bdi lang="vi"' not in (await browser.get("/?lang=vi")).text


@pytest.mark.parametrize("path", ["/", "/?as_of=2025-12-04", "/tasks", TASK, "/catalogue"])
async def test_arabic_has_its_own_comma(browser: httpx2.AsyncClient, path: str) -> None:
    page = (await browser.get(path, params={**httpx2.URL(path).params, "lang": "ar"})).text
    wrong = [text for language, text in Spoken(page).texts if language == "ar" and re.search(r"[,;](?= |$)", text)]
    assert wrong == []
