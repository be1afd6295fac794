"""From idea to result: the list of accepted ideas, and how far each has come."""

import httpx2
import pytest
from tests.integration.portal.public_records import PROPOSAL_ID
from tests.integration.portal.records import RECEIPT
from tests.integration.portal.shown_pages import PROPOSAL, TASK
from tests.integration.portal.test_pages import Document
from tests.integration.portal.test_results import rows_of, text_of
from tests.integration.portal.upstream import Upstream
from tests.integration.portal.upstream_steps import PROPOSAL as IDEA

from sixclear.common.ids import stable_id

pytestmark = pytest.mark.asyncio

LIST = "/feedback/proposals"
ENGLISH = {"accept-language": "en"}


async def read(browser: httpx2.AsyncClient, address: str) -> str:
    return await text_of(browser, address)


async def test_the_list_says_of_each_idea_how_far_it_is(browser: httpx2.AsyncClient) -> None:
    rows = "\n".join((await rows_of(browser, LIST)).values())
    assert "Mã QR đối chiếu hồ sơ Ministry of Science and Technology In progress; 45 %" in rows
    assert "Sổ tay số Ministry of Science and Technology A task is being opened" in rows
    assert "idea that was taken down Ministry of Science and Technology Proposed as a task" in rows


async def test_the_list_says_whether_it_has_all_of_them(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    assert "There are 3 ideas, and this page has all of them" in await read(browser, LIST)
    upstream.many = True
    page = await browser.get(LIST, headers=ENGLISH)
    said = Document(page.text)
    assert "This page has 3 ideas, accepted from 13 November 2026 to 22 November 2026; others are on" in said.text
    assert f"{LIST}?cursor=1" in said.links


async def test_an_empty_list_says_how_an_idea_gets_there(browser: httpx2.AsyncClient) -> None:
    assert "No idea fits. One is shown here when an agency accepts it" in await read(browser, f"{LIST}?programme=none")


async def test_an_idea_shows_its_task_step_by_step(browser: httpx2.AsyncClient) -> None:
    page = Document((await browser.get(PROPOSAL, headers=ENGLISH)).text)
    for part in (
        "Mã QR đối chiếu hồ sơ",
        "Xã và tỉnh đối chiếu bằng mã.",
        "Assigned22 November 2026, 10:00; Ministry of Science and Technology",
        "Progress45 %; last report 22 November 2026, 10:00",
        "Donenot yet",
        "Thử ở hai xãdue 31 December 2026",
        "Read at 22 November 2026, 10:00.",
    ):
        assert part in page.text
    assert TASK in page.links


async def test_an_idea_that_was_taken_down_keeps_its_task(browser: httpx2.AsyncClient) -> None:
    said = await read(browser, f"{LIST}/{stable_id('proposal', '3')}")
    assert "Idea that was taken down" in said
    assert "a task that was opened goes on" in said
    assert "not yet; proposed for Ministry of Science and Technology" in said
    assert "Progressno report yet" in said


async def test_an_idea_that_nobody_accepted_is_no_page(browser: httpx2.AsyncClient) -> None:
    assert (await browser.get(f"{LIST}/{stable_id('proposal', '9')}")).status_code == 404


async def test_the_sender_is_led_to_what_everyone_reads(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.case |= {"proposal": IDEA, "consent": True, "publication_id": str(stable_id("publication", "answered"))}
    mailbox = await browser.post("/feedback/mailbox", data={"receipt_code": RECEIPT})
    links = Document(mailbox.text).links
    assert f"{LIST}/{PROPOSAL_ID}" in links
    assert f"/feedback/public/{stable_id('publication', 'answered')}" in links
