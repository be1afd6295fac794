"""Figures of feedback: what was received and answered, out of how many, and what they do not say."""

import httpx2
import pytest
from tests.integration.portal.public_records import satisfaction
from tests.integration.portal.shown_pages import UNIT
from tests.integration.portal.test_pages import Document
from tests.integration.portal.test_results import text_of
from tests.integration.portal.upstream import Upstream

pytestmark = pytest.mark.asyncio

PAGE = "/feedback/statistics"


async def read(browser: httpx2.AsyncClient, address: str = PAGE) -> str:
    return await text_of(browser, address)


async def test_the_finding_says_how_many_were_answered_of_how_many(browser: httpx2.AsyncClient) -> None:
    said = await read(browser)
    assert "4 of 16 submissions were answered; 1 overdue" in said
    assert "As of 22 November 2026, 10:00" in said
    assert (
        "Answered 4 25.00 % In hand, in time 9 56.25 % In hand, due soon 2 12.50 % Overdue, not answered 1 6.25 % "
        "Withdrawn by the sender, no answer needed 0 0.00 % Received 16 100.00 %"
    ) in said


async def test_satisfaction_is_told_twice_with_its_response_rate(browser: httpx2.AsyncClient) -> None:
    said = await read(browser)
    assert "Of those who rated: solved among ratings 62.00 % 50" in said
    assert "By the national formula: who is silent counts as content 81.25 % 240" in said
    assert "25.00 % of 200 answers were rated. Solved: 31; partly: 12; not: 7." in said
    assert "Answers of 2026, as of 22 November 2026" in said


async def test_what_could_be_one_person_s_is_not_told(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    few = dict.fromkeys(("response_rate", "answered", "rated", "solved", "partly", "not_solved", "share"))
    upstream.said = satisfaction(**few) | {"national": {"cases": None, "share": None}}
    said = await read(browser)
    assert "How many rated: not told, for that number or the rest is below five." in said
    assert said.count("not told: a number is below five") == 4
    assert "0.00 % 0" not in said.partition("Satisfaction with answers")[2]


async def test_each_score_is_not_told_where_one_is_of_few(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.said = satisfaction(**dict.fromkeys(("solved", "partly", "not_solved", "share")))
    said = await read(browser)
    assert "25.00 % of 200 answers were rated. Each score: not told, for a number is below five." in said


async def test_the_page_says_what_the_figures_do_not_say_and_ranks_nobody(browser: httpx2.AsyncClient) -> None:
    page = await browser.get(PAGE, headers={"accept-language": "en"})
    said = Document(page.text)
    assert "Only those who wrote can be counted" in said.text
    assert "this page ranks no agency" in said.text
    assert not any(link.startswith("/organisations/") for link in said.links)


async def test_what_is_not_known_is_said_not_to_be_known(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    assert "Past the due time of the agency that has them: not known." in await read(browser)
    assert "How many were reopened, appealed or wait for their senders: not known." in await read(browser)
    assert "Sealed" not in await read(browser)
    parts = {"paused": 1, "reopened": 2, "appealed": 3}
    upstream.cases = {"of_which": parts, "overdue_by_body": 2, "sealed": 5}
    upstream.passed += 2  # what is the same for all is kept for a second
    said = await read(browser)
    assert "1 wait for their senders with the clock stopped, 2 were reopened, 3 appealed" in said
    assert "Past the due time of the agency that has them: 2." in said
    assert "Sealed initiatives among them, as of the end of the day before: 5." in said


async def test_nothing_received_has_no_shares(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.cases = dict.fromkeys(("received", "in_time", "due_soon", "overdue", "answered"), 0)
    said = await read(browser)
    assert "No submission is counted yet" in said
    assert "Submissions are counted here as soon as they are received." in said


async def test_a_body_has_its_own_figures_and_its_silence(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    unit = UNIT.removeprefix("/organisations/")
    said = await read(browser, f"{PAGE}?organisation={unit}&year=2025")
    assert "Đà Nẵng" in said
    assert "by the deadline, as the public log says: 3." in said
    assert "Sealed initiatives are counted in the country's figures only." in said
    asked = {path.rpartition("/")[2]: query for _, path, query in upstream.requests}
    assert asked["status"]["organisation"] == unit
    assert asked["satisfaction"] == {"organisation": unit, "year": "2025"}
    assert asked["no-answers"] == {"organisation": unit}


@pytest.mark.parametrize("filters", ["organisation=nobody", "year=abc", "year=1066"])
async def test_a_filter_that_is_none_costs_the_page_nothing_but_that_filter(
    browser: httpx2.AsyncClient, filters: str
) -> None:
    page = await browser.get(f"{PAGE}?{filters}", headers={"accept-language": "en"})
    assert page.status_code == 422
    assert "4 of 16 submissions were answered" in Document(page.text).text


async def test_refused_figures_are_said_to_be_refused(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.unreconciled = True
    said = await read(browser)
    assert "counters and records" in said
    assert "62.00 %" in said


async def test_a_year_is_told_by_group_and_few_are_not(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    said = await read(browser)
    assert "Initiative 31 20 5 6 0 0" in said
    assert "all other groups together 7 —fewer than 5 cases" in said
    assert "All 38 20 5 13 0 0" in said
    assert "received in 2026, before 1 November 2026, as of 22 November 2026" in said
    assert "The table has 2 groups, all of them, in the order of their codes." in said
    assert "Only those who wrote are counted." in said
    asked = [query for _, path, query in upstream.requests if path.endswith("/statistics")]
    assert asked == [{"limit": "100"}]


async def test_groups_are_chosen(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    page = await browser.get(f"{PAGE}?by=month&year=2025", headers={"accept-language": "en"})
    assert 'value="month" dir="auto" selected' in page.text
    asked = [query for _, path, query in upstream.requests if path.endswith("/statistics")]
    assert asked == [{"by": "month", "year": "2025", "limit": "100"}]


async def test_a_table_that_is_cut_says_so(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.of_year |= {"next": "1", "total": 163}
    assert "The table has the first 2 groups of 163, in the order of their codes." in await read(browser)
