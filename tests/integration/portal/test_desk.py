"""A desk that filed for a person prints two sheets and hands them over; the first says how to end the code it saw."""

import httpx2
import pytest
from tests.integration.portal.records import RECEIPT
from tests.integration.portal.test_pages import Document
from tests.integration.portal.test_sheets import ENGLISH, hidden, stated
from tests.integration.portal.upstream import Upstream
from tests.unit.common.transparency.made_log import MadeLog

from sixclear.common.checked_code import code_of
from sixclear.portal.shell.sheets import code_sheet
from sixclear.portal.words.languages import NAMES

__all__ = ["stated"]

pytestmark = pytest.mark.asyncio


async def printed(browser: httpx2.AsyncClient, code: str = RECEIPT, language: str = "en") -> httpx2.Response:
    return await browser.post(f"/feedback/desk?lang={language}", data={"receipt_code": code})


@pytest.mark.parametrize("language", NAMES)
async def test_both_sheets_are_printed_each_on_its_own_in_the_language_of_the_person(
    browser: httpx2.AsyncClient, stated: MadeLog, language: str
) -> None:
    answer = await printed(browser, language=language)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    page = Document(answer.text)
    assert (page.root["lang"], page.inline) == (language, [])
    sheets = answer.text.split('class="sheet"')[1:]
    assert len(sheets) == 2
    assert str(code_sheet(RECEIPT).picture) in sheets[0]
    assert RECEIPT not in sheets[1].partition("</section>")[0]
    ends = {"vi": "Hãy đổi mã", "en": "Change it", "ar": "غيِّره"}
    assert ends[language] in sheets[0]
    assert ends[language] not in sheets[1]


async def test_nothing_of_the_case_is_asked_for(browser: httpx2.AsyncClient, stated: MadeLog) -> None:
    page = (await printed(browser)).text
    assert "Mã QR cho hồ sơ" not in page, "the title of the case"
    assert hidden(page, 'name="as"')["statement"].count("kind received") == 1


async def test_before_it_is_signed_the_first_sheet_is_there(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.stated = []
    page = (await printed(browser)).text
    assert str(code_sheet(RECEIPT).picture) in page
    assert "is being signed" in page
    assert page.count('class="sheet"') == 1


async def test_a_code_that_opens_nothing_is_told_apart_and_typed_again(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    for typed, said in (
        ("", "Enter the receipt code"),
        ("K" * 201, "17 letters"),
        (code_of(b"never given"), "There is no submission"),
    ):
        wrong = await printed(browser, typed)
        assert (wrong.status_code, wrong.headers["cache-control"]) == (422, "no-store")
        assert said in wrong.text
        assert 'class="sheet"' not in wrong.text
    upstream.locked_out = True
    assert (await printed(browser)).status_code == 422
    upstream.away.add("feedback")
    assert (await printed(browser)).status_code == 503
    foreign = ENGLISH | {"sec-fetch-site": "cross-site"}
    assert (await browser.post("/feedback/desk", data={"receipt_code": RECEIPT}, headers=foreign)).status_code == 403
