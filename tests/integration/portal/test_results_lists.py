"""The lists behind the results: documents, lines of money and scores, each with what proves it."""

import httpx2
import pytest
from tests.integration.portal.results_lists import DOCUMENT_ID
from tests.integration.portal.shown_pages import DOCUMENT
from tests.integration.portal.test_pages import Document
from tests.integration.portal.test_results import rows_of, text_of
from tests.integration.portal.upstream import Upstream

pytestmark = pytest.mark.asyncio


async def asked_of(upstream: Upstream, service: str, path: str) -> dict[str, str]:
    return next(query for name, at, query in reversed(upstream.requests) if (name, at[-len(path) :]) == (service, path))


async def test_the_results_lead_to_the_lists_that_they_were_counted_from(browser: httpx2.AsyncClient) -> None:
    links = Document((await browser.get("/results?programme=nq57-central&as_of=2025-12-04")).text).links
    chosen = "programme=nq57-central&as_of=2025-12-04"
    assert f"/results/documents?{chosen}&type=law" in links
    assert f"/results/documents?{chosen}" in links
    assert f"/results/money?{chosen}" in links
    assert "/results/scores?criteria=khanh-hoa-monthly&as_of=2025-12-04" in links


async def test_documents_stand_with_number_day_issuer_and_standing(browser: httpx2.AsyncClient) -> None:
    rows = await rows_of(browser, "/results/documents")
    law, owed = rows["91/2025/QH15 Law"], rows["without a"]
    assert "Luật Bảo vệ dữ liệu cá nhân Ministry of Science and Technology 26 June 2025" in law
    assert "in force since 1 January 2026" in law
    assert "overdue since 31 October 2026" in owed
    assert "not issued yet" in owed


async def test_documents_are_asked_for_by_the_filters_of_the_address(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    page = await browser.get("/results/documents?type=law&standing=in_force&q=data&as_of=2025-12-04&lang=en")
    asked = await asked_of(upstream, "tasks", "/documents")
    assert asked == {"type": "law", "standing": "in_force", "q": "data", "as_of": "2025-12-04", "limit": "50"}
    assert "This is the past: the end of 4 December 2025" in Document(page.text).text


async def test_a_document_has_its_text_by_hash_and_what_it_belongs_to(browser: httpx2.AsyncClient) -> None:
    page = await browser.get(DOCUMENT, params={"lang": "en"})
    text = Document(page.text).text
    assert "Law 91/2025/QH15; in force since 1 January 2026." in text
    assert f"SHA-256 {'ab' * 32}" in text
    assert "https://example.org/luat.pdf" in Document(page.text).links
    assert any(link.startswith("/tasks?programme=nq57-central&directive=") for link in Document(page.text).links)
    assert (await browser.get("/results/documents/nothing")).status_code == 404


async def test_a_line_of_money_says_which_document_proves_each_stage(browser: httpx2.AsyncClient) -> None:
    said = await text_of(browser, "/results/money")
    assert "1 line of money" in said
    assert "363,392,913,043 Báo cáo 4/12, 4 December 2025" in said
    assert said.count("not known") >= 3
    links = Document((await browser.get("/results/money")).text).links
    assert f"/results/documents/{DOCUMENT_ID}" in links


async def test_a_score_is_not_known_while_a_criterion_of_it_is_not(browser: httpx2.AsyncClient) -> None:
    said = await text_of(browser, "/results/scores")
    assert "Scores of a month are for following up and urging; they never rank or classify." in said
    assert "17.5 of 20" in said
    assert "578 of 800, 72.25 %" in said
    assert "not known 9 of 20 known; criteria not known: II.4" in said
    assert "not verified yet" in said
    assert "2 points off for answering late" in said
    assert said.index("Cao Bằng") < said.rindex("Hà Nội"), "by their names, whatever their scores"


async def test_scores_are_of_the_period_that_runs_or_is_chosen(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    page = Document((await browser.get("/results/scores")).text)
    assert (await asked_of(upstream, "monitoring", "/scores"))["period"] == "2026-11"
    assert "/results/scores?criteria=khanh-hoa-monthly&period=2026-10" in page.links
    assert not any("period=2026-12" in link for link in page.links), "it has not begun"
    said = await text_of(browser, "/results/scores?period=2026-09")
    assert "No body has answered for this period yet." in said


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/results/scores?criteria=none", "Set of criteria"),
        ("/results/scores?period=2026-Q1", "Period"),
        ("/results/documents?type=letter", "Type"),
        ("/results/documents?standing=lost", "Standing"),
        ("/results/money?year=soon", "Year"),
    ],
)
async def test_a_bad_filter_costs_a_list_only_that_filter(browser: httpx2.AsyncClient, address: str, name: str) -> None:
    page = await browser.get(f"{address}&lang=en")
    assert page.status_code == 422
    assert f"{name} does not take this value" in Document(page.text).text
    assert "data-record" in page.text


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/results/documents", "No document fits."),
        ("/results/money", "No line of money fits."),
        ("/results/scores", "No set of criteria yet."),
    ],
)
async def test_an_empty_list_says_what_would_be_there(
    browser: httpx2.AsyncClient, upstream: Upstream, path: str, said: str
) -> None:
    upstream.empty = True
    assert said in await text_of(browser, path)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/results/documents", "The list of documents could not be read."),
        ("/results/money", "The lines of money could not be read."),
        ("/results/scores", "The sets of criteria could not be read."),
    ],
)
async def test_a_list_that_could_not_be_read_says_so(
    browser: httpx2.AsyncClient, upstream: Upstream, path: str, said: str
) -> None:
    upstream.away.add("tasks")
    assert said in await text_of(browser, path)
