"""Lists of tasks and of databases: the filter stays as narrow as it was, names that are not there are not missing."""

import re
from html import unescape

import httpx2
import pytest
from tests.integration.portal.records import DIRECTIVE_ID, SLUG, commune
from tests.integration.portal.test_pages import Document
from tests.integration.portal.upstream import Upstream

from sixclear.common.ids import stable_id

pytestmark = pytest.mark.asyncio

COMMUNE = commune()["organisation_id"]


def chosen(page: str, field: str) -> tuple[str, str]:
    """The value and the text of what a filter shows."""
    choice = page[page.index(f'<select id="{field}"') :]
    found = re.search(r'<option value="([^"]*)"[^>]* selected>([^<]*)<', choice[: choice.index("</select>")])
    return (found[1], found[2]) if found else ("", "")


async def test_the_filter_of_a_communes_tasks_names_the_commune(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    page = (await browser.get(f"/tasks?organisation={COMMUNE}&lang=en")).text
    assert chosen(page, "organisation") == (COMMUNE, "Hai Chau ward")
    by_code = (await browser.get("/tasks?organisation=20194&lang=en")).text
    assert chosen(by_code, "organisation") == (COMMUNE, "Hai Chau ward")


@pytest.mark.parametrize("value", ["x/../y", "unknown", "%2e%2e", "a?b=1#c"])
async def test_a_filter_of_nothing_that_there_is_is_named_and_asks_for_no_other_path(
    browser: httpx2.AsyncClient, upstream: Upstream, value: str
) -> None:
    query = {"organisation": value, "programme": "gone", "bucket": "overdue", "lang": "en"}
    response = await browser.get("/tasks", params=query)
    assert response.status_code == 422
    text = " ".join(re.sub(r"<[^>]+>", "", unescape(response.text)).split())
    assert f"Lead agency does not take this value: {value}" in text
    assert "Programme does not take this value: gone" in text
    assert chosen(response.text, "bucket")[0] == "overdue"
    assert "data-record" in response.text
    assert not any(".." in path or "/b" in path for _, path, _ in upstream.requests)


async def test_a_list_is_narrowed_to_a_document_and_a_group_of_its_programme(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    asked = {"programme": SLUG, "directive": DIRECTIVE_ID, "group": "nhom-2-1", "lang": "en"}
    page = (await browser.get("/tasks", params=asked)).text
    assert chosen(page, "directive") == (DIRECTIVE_ID, "02-KH/BCĐTW")
    assert chosen(page, "group") == ("nhom-2-1", "Networks")
    [query] = [query for _, path, query in upstream.requests if path.endswith("/tasks")]
    assert (query["directive"], query["group"]) == (DIRECTIVE_ID, "nhom-2-1")
    whole = (await browser.get("/tasks", params={"lang": "en"})).text
    for field in ("directive", "group"):
        assert f'id="{field}"' not in whole, "what can be chosen is known with the programme"
    gone = await browser.get("/tasks", params={"directive": str(stable_id("directive", "gone")), "lang": "en"})
    assert gone.status_code == 422
    assert "Document that gave the task does not take this value" in Document(gone.text).text


async def test_who_finds_no_task_is_led_to_those_that_have_ended(browser: httpx2.AsyncClient) -> None:
    page = Document((await browser.get("/tasks", params={"q": "none", "bucket": "overdue", "lang": "en"})).text)
    assert "Look among the tasks that were cancelled, split or merged" in page.text
    assert "/tasks?status=cancelled&q=none" in page.links, "what is cancelled is in no bucket"
    ended = Document((await browser.get("/tasks", params={"q": "none", "status": "cancelled", "lang": "en"})).text)
    assert "Look among" not in ended.text


async def test_a_list_that_is_none_is_named(browser: httpx2.AsyncClient) -> None:
    response = await browser.get("/catalogue?list=gone&registration=approved&lang=en")
    assert response.status_code == 422
    assert "List does not take this value: <bdi lang" in response.text
    assert chosen(response.text, "registration")[0] == "approved"


async def test_owners_are_not_called_unknown_while_their_names_cannot_be_had(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    upstream.away.add("tasks")
    page = (await browser.get("/catalogue?lang=en")).text
    assert "name not available now" in page
    assert 'class="missing"' not in page
    assert f'href="/organisations/{COMMUNE}"' in page


async def test_an_owner_below_the_provinces_is_a_press_away(browser: httpx2.AsyncClient) -> None:
    page = (await browser.get("/catalogue?lang=en")).text
    assert f'<a href="/organisations/{COMMUNE}">see the organisation</a>' in page
    assert "name not available now" not in page


async def test_a_list_without_a_name_has_its_short_name(browser: httpx2.AsyncClient) -> None:
    page = (await browser.get("/catalogue?lang=en")).text
    assert "list=resolution-71" in page
    assert "<bdi>resolution-71</bdi></a>" in page, "counted, and not named by the catalogue"
    assert "Databases of Plan 02</bdi></a>: 4 of 12 entries" in page
    assert '<option value="third" dir="auto">The third list' in page, "one without entries can be chosen"


async def test_each_stage_that_is_counted_can_be_chosen(browser: httpx2.AsyncClient) -> None:
    page = (await browser.get("/catalogue?lang=en&deployment_stage=retire")).text
    assert chosen(page, "deployment_stage") == ("retire", "Out of use")


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_lists_are_shown_while_the_catalogue_is_away(
    browser: httpx2.AsyncClient, upstream: Upstream, language: str
) -> None:
    upstream.away.add("data-catalog")
    page = (await browser.get(f"/catalogue?lang={language}&list=plan-02")).text
    assert re.search(r"<bdi[^>]*>plan-02</bdi></a>", page)


async def test_a_province_that_was_merged_leads_to_its_successor(browser: httpx2.AsyncClient) -> None:
    page = (await browser.get("/organisations?q=quang+nam&lang=en")).text
    unit = stable_id("organisation", "48")
    assert f'href="/organisations/{unit}"' in page.split('id="found"')[1].split("</section>")[0]
    assert 'formerly: <bdi lang="vi">Quảng Nam</bdi>' in page
    nothing = (await browser.get("/organisations?q=nowhere&lang=en")).text
    assert "No agency or locality has this name or code." in nothing
    assert 'id="found"' not in (await browser.get("/organisations?lang=en")).text


async def test_a_code_in_an_address_leads_to_the_page_of_its_organisation(browser: httpx2.AsyncClient) -> None:
    unit = stable_id("organisation", "48")
    for code in ("48", "%2048", "４８"):
        led = await browser.get(f"/organisations/{code}", follow_redirects=False)
        assert (led.status_code, led.headers["location"]) == (307, f"/organisations/{unit}"), led.text
    spoken = await browser.get("/organisations/48?lang=en&x=1", follow_redirects=False)
    assert spoken.headers["location"] == f"/organisations/{unit}?lang=en"
    for unknown in ("99", "a%2Fb", "%00", "x" * 90, "đ"):
        assert (await browser.get(f"/organisations/{unknown}", follow_redirects=False)).status_code in (400, 404), (
            unknown
        )


async def test_a_body_that_was_merged_says_where_its_work_is_and_its_successor_what_it_was(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    successor = {"organisation_id": str(stable_id("organisation", "48")), "code": "48", "name_vi": "Đà Nẵng"}
    upstream.past = {"ended": "merged", "valid_to": "2026-11-15", "successor": successor | {"name_en": None}}
    page = (await browser.get(f"/organisations/{COMMUNE}", params={"lang": "en"})).text
    text = Document(page).text
    assert "It is no more since 15 November 2026. Its successor, which has its open work: Đà Nẵng." in text
    assert f'href="/organisations/{successor["organisation_id"]}"' in page

    former = {"code": "49", "name_vi": "Quảng Nam", "type": "province", "valid_to": "2025-07-01"}
    name = {"name_vi": "Ban cũ", "type": "province", "valid_from": "2020-01-01", "valid_to": "2024-01-01"}
    upstream.past = {
        "predecessors": [former | {"legal_basis": "202/2025/QH15", "organisation_id": COMMUNE}],
        "periods": [name | {"legal_basis": "01/QĐ"}],
    }
    upstream.passed += 60
    page = (await browser.get(f"/organisations/{COMMUNE}", params={"lang": "en"})).text
    assert f'<a href="/organisations/{COMMUNE}">' in page.split('id="before"')[1]
    text = Document(page).text
    assert "Quảng Nam 49, until 1 July 2025 (202/2025/QH15)" in text
    assert "Ban cũ, until 1 January 2024 (01/QĐ)" in text
