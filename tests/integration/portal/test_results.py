"""Results for everybody: what is counted is a sentence, a mark, a table and a way to the records."""

import re

import httpx2
import pytest
from tests.integration.portal.test_pages import Document
from tests.integration.portal.upstream import Upstream

pytestmark = pytest.mark.asyncio


def spaced(page: str) -> str:
    """The page with a space where a reader sees one."""
    return re.sub("<br>|</td>|</th>|</svg>", " ", page)


async def text_of(browser: httpx2.AsyncClient, address: str, language: str = "en") -> str:
    answer = await browser.get(address, params={**httpx2.URL(address).params, "lang": language})
    assert answer.status_code == 200
    return Document(spaced(answer.text)).text


async def rows_of(browser: httpx2.AsyncClient, address: str = "/results") -> dict[str, str]:
    """The text of each row of the tables, by its first two words."""
    page = spaced((await browser.get(address, params={"lang": "en"})).text)
    rows = [Document(row).text for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL)]
    return {" ".join(row.split()[:2]): row for row in rows}


async def test_the_finding_is_counted_from_the_indicators(browser: httpx2.AsyncClient) -> None:
    said = await text_of(browser, "/results")
    assert "4 of 5 indicators have a figure; 1 of 2 indicators with a path is behind it." in said
    assert "1 of 2 indicators with a target met that of its latest reported period; " in said
    assert "; 1 indicator was not reported" in said
    vietnamese = await text_of(browser, "/results", "vi")
    assert "4 trên 5 chỉ tiêu có số liệu; 1 trên 2 chỉ tiêu có lộ trình chưa theo kịp." in vietnamese


async def test_an_indicator_says_its_figure_target_gap_and_of_how_many_bodies(browser: httpx2.AsyncClient) -> None:
    rows = await rows_of(browser)
    assert (
        "92.51 % Oct 2026 95 % to 31 October 2026 97.38 % behind the path by 2.49 percentage points"
        in (rows["Eligible services"])
    )
    assert "308 thôn, bản Oct 2026 0 thôn, bản to 31 December 2026 on its path" in rows["Villages without"]
    assert "31 of 34 bodies reported; 1 stated as a bound, not added; 1 by an earlier" in rows["Villages without"]
    assert "rank 18 Oct 2026 rank 20 to 31 October 2026 met" in rows["Rank of"]


async def test_a_bound_is_said_and_what_is_not_reported_is_no_zero(browser: httpx2.AsyncClient) -> None:
    rows = await rows_of(browser)
    assert "more than 80,000 doanh nghiệp" in rows["Digital technology"]
    assert "attainment not known" in rows["Digital technology"]
    unreported = rows["Khung thủ"]
    assert "not known not reported for Oct 2026 yes to 31 December 2026" in unreported
    assert not re.search(r"(?<![\d.])0(?![\d])", unreported)


async def test_money_is_said_by_stage_and_what_no_document_proves_is_not_known(browser: httpx2.AsyncClient) -> None:
    said = await text_of(browser, "/results")
    assert (
        "16,716.074 billion VND requested in 46 lines of money; 13,659.992 billion VND approved (81.72 %), "
        "3,056.082 billion VND not approved; share disbursed: not known." in said
    )
    assert "Requested 16,716,074,000,000 46 of 46" in said
    assert "Disbursed not known 0 of 46" in said
    assert "5.78 million VND disbursed (72.25 % of what was allocated), 2.22 million VND not disbursed" in said


async def test_documents_are_counted_by_type(browser: httpx2.AsyncClient) -> None:
    said = await text_of(browser, "/results")
    assert "76 documents issued: Law 17, Decree 59; 2 documents overdue." in said
    assert "Decree 59 59 0 0 3 2" in said
    assert "Circular" not in said, "there is none"


async def test_scores_of_a_month_are_said_to_rank_nobody(browser: httpx2.AsyncClient) -> None:
    page = (await browser.get("/results?lang=en")).text
    assert page.count("Tiêu chí hằng tháng của tỉnh") == 1, "only the newest edition"
    assert "Scores of a month are for following up and urging; they never rank or classify." in page


async def test_what_monitoring_does_not_know_yet_is_not_zero(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.unknown_results = True
    said = await text_of(browser, "/results")
    assert "Money: not known." in said
    assert "Documents: not known." in said


async def test_without_any_record_the_page_says_how_they_come(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.empty = True
    said = await text_of(browser, "/results")
    assert "No indicator is published yet." in said
    for words in ("No indicators yet.", "No lines of money yet.", "No documents yet.", "No set of criteria yet."):
        assert words in said


async def test_a_past_day_is_asked_for_as_its_end_and_kept_in_the_links(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    page = await browser.get("/results?as_of=2025-12-04&programme=nq57-central&lang=en")
    asked = {
        path.split("/v1/")[1]: query.get("as_of")
        for _, path, query in upstream.requests
        if path.startswith("/api/monitoring/")
    }
    assert asked == dict.fromkeys(("indicators", "budgets", "documents"), "2025-12-04T16:59:59.999999Z")
    text = Document(page.text).text
    assert "This is the past: the end of 4 December 2025" in text
    assert "At the end of 4 December 2025, 4 of 5 indicators had a figure" in text
    links = Document(page.text).links
    assert "/results?programme=nq57-central" in links, "the way back to now"
    assert "/results/documents?programme=nq57-central&as_of=2025-12-04" in links


@pytest.mark.parametrize(
    ("parameter", "value", "name"),
    [
        ("programme", "unknown", "Programme"),
        ("organisation", "nowhere", "Lead agency"),
        ("cursor", "zzz", "Place in the list"),
        ("as_of", "2199-01-01", "Day"),
    ],
)
async def test_a_bad_filter_costs_the_page_only_that_filter(
    browser: httpx2.AsyncClient, parameter: str, value: str, name: str
) -> None:
    page = await browser.get("/results", params={parameter: value, "lang": "en"})
    assert page.status_code == 422
    text = Document(page.text).text
    assert f"{name} does not take this value: {value}" in text
    assert "4 of 5 indicators have a figure" in text
    assert "16,716.074 billion VND requested" in text
    assert "Tiêu chí hằng tháng của tỉnh" in text


async def test_figures_of_before_are_shown_while_monitoring_is_away(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    whole = await text_of(browser, "/results")
    upstream.away.add("monitoring")
    upstream.passed += 2
    known = await text_of(browser, "/results")
    assert "4 of 5 indicators have a figure" in known
    assert "This page is not complete." in known
    assert "This page is not complete." not in whole
    upstream.away.add("tasks")
    assert "The sets of criteria could not be read." in await text_of(browser, "/results")


async def test_refused_figures_are_said_to_be_refused(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.unreconciled = True
    said = await text_of(browser, "/results")
    assert said.count("The figures are not shown: counters and records differ.") == 4
    assert said.count("Operators have to repair this") == 1
    assert "could not be read just now" not in said
