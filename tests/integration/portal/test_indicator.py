"""One indicator: how it stands, how it came so, and from where each of its values comes."""

import re

import httpx2
import pytest
from tests.integration.portal.test_pages import Document
from tests.integration.portal.test_results import rows_of, text_of
from tests.integration.portal.upstream import Upstream

pytestmark = pytest.mark.asyncio

RATIO, COUNT = "/results/indicators/online-services", "/results/indicators/villages-without-signal"


async def test_the_indicator_is_said_with_its_period_gap_and_body(browser: httpx2.AsyncClient) -> None:
    said = await text_of(browser, RATIO)
    assert "92.51 %, Oct 2026; behind the path by 2.49 percentage points" in said
    assert "Figures of: Ministry of Science and Technology" in said
    country = await text_of(browser, COUNT)
    assert "The country's figures" in country
    assert "308 thôn, bản, Oct 2026; on its path" in country
    assert "31 of 34 bodies reported; 1 stated as a bound, not added" in country


async def test_a_period_that_was_not_reported_is_no_zero_and_breaks_the_line(browser: httpx2.AsyncClient) -> None:
    rows = await rows_of(browser, RATIO)
    assert rows["Apr 2026"].startswith("Apr 2026 not reported")
    assert rows["Dec 2026"].startswith("Dec 2026 not over yet 99 %")
    assert "Nov 2026" not in rows, "it is not over, and nothing is to be reached in it"
    page = (await browser.get(RATIO)).text
    assert page.count('<circle class="said"') == 9
    assert page.count('<line class="said"') == 7


async def test_each_value_says_who_gave_it_and_out_of_what(browser: httpx2.AsyncClient) -> None:
    said = await text_of(browser, RATIO)
    assert (
        "given by Ministry of Science and Technology; file quy-4.xlsx, row 17; "
        "by document 12/BC-VPCP, 5 November 2026; evidence. Báo cáo in 92,5 %." in said
    )
    assert "2,014 / 2,177" in said
    assert "system Một cửa. Corrected: statement 2: Báo cáo in 92,5 %." in said
    assert "Not usual: a large change from the period before" in said


async def test_another_period_shows_the_values_of_that_period(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    links = Document((await browser.get(RATIO)).text).links
    (link,) = [one for one in links if "period=2026-03" in one]
    upstream.requests.clear()
    await browser.get(link.partition("#")[0])
    (asked,) = [query for _, path, query in upstream.requests if path.endswith("/values")]
    assert asked == {"indicator": "online-services", "period": "2026-03", "limit": "100"}


async def test_the_definition_says_what_is_missing_of_the_five_statements(browser: httpx2.AsyncClient) -> None:
    said = await text_of(browser, RATIO)
    assert "Strategic indicator; ratio with numerator and denominator; higher is better" in said
    assert said.split("How accurate it must be")[1].strip().startswith("not known")
    assert "Who reports Province or city (values given by Ministry of Public Security)" in re.sub(
        r"Who reports(?=\S)", "Who reports ", await text_of(browser, COUNT)
    )


async def test_the_series_can_be_downloaded_as_it_is_shown(browser: httpx2.AsyncClient) -> None:
    page = Document((await browser.get(f"{RATIO}?as_of=2026-11-01")).text)
    series = [link for link in page.links if link.startswith("/api/tasks/v1/indicators/online-services/series")]
    assert [httpx2.URL(link).params["format"] for link in series] == ["csv", "sdmx-csv", "json"]
    assert {httpx2.URL(link).params["as_of"] for link in series} == {"2026-11-01T16:59:59.999999Z"}


async def test_an_unknown_indicator_is_no_page(browser: httpx2.AsyncClient) -> None:
    for code in ("nothing", "ONLINE", "x" * 81):
        answer = await browser.get(f"/results/indicators/{code}", params={"lang": "en"})
        assert answer.status_code == 404
        assert "There is no page at this address" in answer.text


async def test_a_figure_that_monitoring_has_not_heard_of_is_not_known(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    upstream.away.add("monitoring")
    answer = await browser.get(RATIO, params={"lang": "en"})
    assert answer.status_code == 200
    text = Document(answer.text).text
    assert "The figures could not be read just now." in text
    assert "ratio with numerator and denominator" in text, "what it means is known all the same"


@pytest.mark.parametrize(
    ("parameter", "value", "name"),
    [("organisation", "nowhere", "Lead agency"), ("period", "sometime", "Period"), ("cursor", "zzz", "Place in the")],
)
async def test_a_bad_filter_costs_the_page_only_that_filter(
    browser: httpx2.AsyncClient, parameter: str, value: str, name: str
) -> None:
    page = await browser.get(RATIO, params={parameter: value, "lang": "en"})
    assert page.status_code == 422
    assert f"{name}" in Document(page.text).text
    assert "92.51 %, Oct 2026" in Document(page.text).text.replace("\u00a0", " ").replace("  ", " ")
