"""The page of a task shows what hangs on it, in words, with what was decided on it, and nothing that is not public."""

import httpx2
import pytest
from tests.integration.portal.test_pages import TASK, Document
from tests.integration.portal.upstream import Upstream

from sixclear.common.ids import stable_id

pytestmark = pytest.mark.asyncio

RECURRING = f"/tasks/{stable_id('task', '3')}"


async def section(browser: httpx2.AsyncClient, path: str, name: str, language: str = "en") -> str:
    """The text of one section of a page."""
    page = (await browser.get(path, params={"lang": language})).text
    return Document(page.split(f'<section aria-labelledby="{name}"')[1].split("</section>")[0]).text


async def test_milestones_stand_with_both_deadlines_and_what_was_accepted(browser: httpx2.AsyncClient) -> None:
    text = await section(browser, TASK, "milestones")
    assert (
        "As of 22 November 2026, 10:00, by the weights of the milestones: 12.50 % reached, 12.50 % accepted by another "
        "body. The lead body itself reports 60 %." in text.replace("\u00a0", " ")
    )
    assert "reached on 13 November 2026; evidence: Accepted" in text
    assert "overdue" in text
    assert "lapsed: the task has ended" in text
    assert "originally due 1 November 2026" in text


async def test_periods_are_counted_and_each_says_what_became_of_it(browser: httpx2.AsyncClient) -> None:
    text = await section(browser, RECURRING, "periods")
    assert (
        "As of 22 November 2026, 10:00, of the latest 4 periods: reported on time 1, reported late 1, not reported 1, "
        "not due yet 1." in text
    )
    for words in (
        "2026-W47",
        "Not reported",
        "Reports are still taken",
        "Reported on time",
        "This period is confirmed",
    ):
        assert words in text
    assert 'id="milestones"' not in (await browser.get(RECURRING)).text


async def test_decisions_say_who_asked_what_was_granted_and_what_waits(browser: httpx2.AsyncClient) -> None:
    text = await section(browser, TASK, "decisions")
    for words in (
        "Deadline moved later",
        "Granted with another content",
        "later than the programme allows",
        "Before: 4 December 2026, 10:00; Asked for: 6 January 2027, 10:00; Decided: 22 December 2026, 10:00",
        "Chỉ lùi mười tám ngày.",
        "The new body did not take it",
        "Ministry of Public Security",
        "replacing task 1, replacing task 2",
        "the time for deciding is over",
        "To be decided by",
    ):
        assert words in text, words


async def test_evidence_says_whether_it_was_accepted_and_what_was_blacked_out_is_no_link(
    browser: httpx2.AsyncClient,
) -> None:
    text = await section(browser, TASK, "result")
    for words in ("Waits for another body to review it", "Accepted", "Not accepted", "Ảnh không có ngày."):
        assert words in text, words
    assert "Its content was blacked out on 22 November 2026: Có số điện thoại của người dân." in text
    page = (await browser.get(TASK)).text
    assert "https://example.org/1.pdf" in page
    assert "https://example.org/4.pdf" not in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "vi",
            ("Kinh phí dự kiến 1.250,5 triệu đồng", "Lĩnh vực Dữ liệu", "Làm thí điểm Có", "Ngày kiểm tra 4/12/2026"),
        ),
        ("en", ("Planned budget 1,250.5 triệu đồng", "Area Data", "Pilot Yes", "Day of the check 4 December 2026")),
        ("ar", ("Planned budget", "Area Data", "نعم", "Day of the check")),
    ],
)
async def test_public_fields_of_the_programme_stand_under_their_labels(
    browser: httpx2.AsyncClient, language: str, words: tuple[str, ...]
) -> None:
    page = (await browser.get(TASK, params={"lang": language})).text
    own = page.split('<section aria-labelledby="own"')[1].split("</section>")[0]
    text = Document(own.replace("</dt>", " </dt>")).text.replace("\u00a0", " ")
    for said in words:
        assert said in text, said
    for hidden in ("Ghi chú nội bộ", "Internal note", "không ai được thấy"):
        assert hidden not in page


async def test_a_task_without_any_of_it_says_how_it_comes_about(
    browser: httpx2.AsyncClient, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upstream, "milestones", lambda task_id: {**_NO_PLAN, "items": [], "next": None})
    monkeypatch.setattr(upstream, "decisions", lambda task_id: [])
    monkeypatch.setattr(upstream, "evidence", lambda: [])
    page = Document((await browser.get(TASK, params={"lang": "en"})).text).text
    for words in ("There is no milestone.", "Nothing was asked for", "No evidence yet."):
        assert words in page, words


_NO_PLAN = {"weight": 0, "reached_weight": 0, "reached_percent": None, "accepted_weight": 0, "accepted_percent": None}
_NO_PLAN |= {"reported_percent": 0}
