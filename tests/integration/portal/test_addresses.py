"""Addresses as people, networks and old links make them: what is not known is ignored, what is wrong is said."""

import re
from html import unescape
from typing import get_args

import httpx2
import pytest
from tests.integration.portal.shown_pages import PAGES
from tests.integration.portal.test_pages import Document
from tests.integration.portal.upstream import Upstream

from sixclear.tasks.task.listing import Sort

pytestmark = pytest.mark.asyncio

STRANGE = {
    "fbclid": "IwAR0x",
    "utm_source": "zalo",
    "as_of_": "1",
    "__proto__": "x",
    "ref": "https://elsewhere.example",
}
NOT_READ = "The address has a value that cannot be read"


def addresses(page: str) -> str:
    return unescape(" ".join(re.findall(r'(?:href|action|formaction|src|value)="([^"]*)"', page)))


@pytest.mark.parametrize("path", PAGES)
async def test_a_parameter_that_no_page_knows_is_ignored_and_in_no_link(browser: httpx2.AsyncClient, path: str) -> None:
    known = dict(httpx2.URL(path).params)
    page = await browser.get(path, params={**known, **STRANGE, "lang": "en"})
    assert page.status_code == 200
    assert NOT_READ not in page.text
    for name, value in STRANGE.items():
        assert name not in addresses(page.text).replace("as_of=", "")
        assert value not in addresses(page.text) or value == "1" or value == "x"


async def test_the_languages_of_a_page_keep_its_own_parameters(browser: httpx2.AsyncClient) -> None:
    page = (await browser.get("/tasks", params={"bucket": "overdue", "fbclid": "x", "q": "đất", "lang": "vi"})).text
    assert '<input type="hidden" name="next" value="/tasks?bucket=overdue&amp;q=%C4%91%E1%BA%A5t">' in page
    assert 'hreflang="ar" href="/tasks?bucket=overdue&amp;q=%C4%91%E1%BA%A5t&amp;lang=ar"' in page


@pytest.mark.parametrize("language", ["vi", "en", "ar"])
async def test_the_order_of_tasks_is_chosen_and_kept(
    browser: httpx2.AsyncClient, upstream: Upstream, language: str
) -> None:
    """The six orders of the service, in a form without script, each kept by every address of the page."""
    asked = {"bucket": "overdue", "q": "đất"}
    first = (await browser.get("/tasks", params={**asked, "lang": language})).text
    form = first[first.index('<select id="sort"') :]
    offered = re.findall(r'<option value="([^"]*)"[^>]*?( selected)?>([^<]+)<', form[: form.index("</select>")])
    assert [order for order, *_ in offered] == list(get_args(Sort))
    assert [order for order, chosen, _ in offered if chosen] == ["deadline"]
    assert len({words for *_, words in offered}) == len(offered)
    for order in get_args(Sort):
        upstream.requests.clear()
        page = (await browser.get("/tasks", params={**asked, "sort": order, "lang": language})).text
        (sent,) = (query for _, path, query in upstream.requests if path == "/api/tasks/v1/tasks")
        assert sent == {**asked, "sort": order, "limit": "50"}
        assert re.search(rf'<option value="{order}"[^>]* selected>', page)
        found = addresses(page)
        query = f"bucket=overdue&q=%C4%91%E1%BA%A5t&sort={order}"
        for kept in (f"/tasks?{query}&cursor=24", f"/api/tasks/v1/tasks?{query}", f"/tasks?{query}&lang=en"):
            assert kept in found or f"lang={language}" in kept


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("28/11/2025", "Write year, month and day in this order, such as 2026-11-28."),
        ("2025-11-31", "Write year, month and day in this order, such as 2026-11-28."),
        ("hôm qua", "Write year, month and day in this order, such as 2026-11-28."),
        ("2199-01-01", "This day lies ahead."),
    ],
)
async def test_a_day_that_is_not_taken_is_told_why(browser: httpx2.AsyncClient, day: str, words: str) -> None:
    page = await browser.get("/", params={"as_of": day, "lang": "en"})
    assert page.status_code == 422
    text = re.sub(r"\s+", " ", Document(page.text).text)
    assert f"Day does not take this value: {day}. {words}" in text


@pytest.mark.parametrize(
    ("path", "parameter", "value", "name"),
    [
        ("/tasks", "status", "bogus", "State"),
        ("/tasks", "bucket", "OVERDUE", "Term"),
        ("/tasks", "assigned_by", "department", "Assigned by"),
        ("/tasks", "sort", "length", "Order"),
        ("/tasks", "cursor", "zzz", "Place in the list"),
        ("/tasks", "q", "x" * 201, "Words to look for"),
        ("/tasks", "q", "x" * 5_000, "Words to look for"),
        ("/tasks", "programme", "p\0", "Programme"),
        ("/catalogue", "deployment_stage", "formed", "Stage"),
        ("/catalogue", "registration", "done", "Registration"),
    ],
)
async def test_a_bad_filter_is_named_and_the_others_stay(
    browser: httpx2.AsyncClient, upstream: Upstream, path: str, parameter: str, value: str, name: str
) -> None:
    others = {"q": "đất"} if parameter != "q" else {"bucket": "overdue"}
    page = await browser.get(path, params={**others, parameter: value, "lang": "en"})
    assert page.status_code == 422
    text = Document(page.text).text
    assert NOT_READ in text
    assert f"{name} does not take this value: {value[:80]}".replace("\0", "") in text
    service = {"/tasks": "/tasks", "/catalogue": "/entries"}[path]
    asked = [query for _, asked, query in upstream.requests if asked.endswith(service)][-1]
    assert asked == {**others, "limit": "50"}
    for kept, chosen in others.items():
        assert (
            f"{kept}={httpx2.QueryParams({kept: chosen})[kept]}" in addresses(page.text) or f'"{chosen}"' in page.text
        )
    assert "data-record" in page.text, "the list is shown by the filters that are left"


async def test_two_bad_filters_are_both_named(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    page = await browser.get("/tasks?status=a&bucket=b&programme=nq57-central&lang=en")
    text = Document(page.text).text
    assert "State does not take this value: a" in text
    assert "Term does not take this value: b" in text
    assert [query for _, path, query in upstream.requests if path == "/api/tasks/v1/tasks"][-1] == {
        "programme": "nq57-central",
        "limit": "50",
    }


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/tasks?bucket=overdue&status=assigned&status=completed", "State is given more than once"),
        ("/tasks?bucket=overdue&status=assigned&status=assigned", "State is given more than once"),
        ("/tasks?bucket=overdue&status=&status=", "State is given more than once"),
        ("/catalogue?list=plan-02&list=third", "List is given more than once"),
        ("/?programme=demonstration&programme=hanoi-city", "Programme is given more than once"),
        ("/feedback?programme=demonstration&programme=hanoi-city", "Programme is given more than once"),
        ("/?as_of=2025-12-04&as_of=2025-12-05", "Day is given more than once"),
    ],
)
async def test_a_repeated_parameter_is_said_and_not_used(
    browser: httpx2.AsyncClient, upstream: Upstream, address: str, said: str
) -> None:
    page = await browser.get(f"{address}&lang=en")
    assert page.status_code == 422
    assert said in Document(page.text).text
    if "bucket" in address:
        asked = next(query for _, path, query in upstream.requests if path == "/api/tasks/v1/tasks")
        assert asked == {"bucket": "overdue", "limit": "50"}


@pytest.mark.parametrize("day", ["2026-11-23", "2025-02-30", "yesterday", "0001-01-01"])
async def test_a_day_that_is_none_costs_the_home_page_only_the_day(browser: httpx2.AsyncClient, day: str) -> None:
    page = await browser.get(f"/?programme=hanoi-city&as_of={day}&lang=en")
    assert page.status_code == 422
    text = Document(page.text).text
    assert f"Day does not take this value: {day}" in text
    assert 'href="/?programme=hanoi-city" aria-current="page"' in page.text
    assert "This is the past" not in text


async def test_a_programme_in_the_address_of_the_form_is_chosen(browser: httpx2.AsyncClient) -> None:
    page = (await browser.get("/feedback?programme=hanoi-city&fbclid=x")).text
    assert re.search(r'value="hanoi-city"[^>]* selected', page)
    assert "fbclid" not in page
