"""The home page counts the provinces and cities that there are, and shows each of them once."""

import httpx2
import pytest
from tests.integration.portal.records import organisation
from tests.integration.portal.test_pages import Document
from tests.integration.portal.upstream import Upstream

pytestmark = pytest.mark.asyncio


async def units_of(browser: httpx2.AsyncClient, **asked: str) -> str:
    page = (await browser.get("/", params={"lang": "en", **asked})).text
    return page.split('<section aria-labelledby="units"')[1].split("</section>")[0]


async def test_after_a_merger_there_is_one_province_less(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    assert "34 provinces and cities: share of tasks overdue" in await units_of(browser)
    upstream.units = [unit for unit in upstream.units if unit["code"] != "20"]
    upstream.passed += 60
    units = await units_of(browser)
    assert "33 provinces and cities: share of tasks overdue" in units
    for gone in ("Lạng Sơn", "no figures yet"):
        assert gone not in units
    assert units.count('class="tile-code"') == 33


async def test_a_province_that_came_later_is_on_the_map_and_in_the_table(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    upstream.units.append(organisation("99", "Tỉnh mới", "New province", "province"))
    units = await units_of(browser, as_of="2025-12-04")
    assert Document(units).text.count("New province") == 2
    assert "35 provinces and cities" in units
    assert "at-row-18 at-column-1" in units
