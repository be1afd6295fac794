"""A home page that stays open: in a hidden tab, while the services are quiet, after a break."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.browser.conftest import Site

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
NEW = "Nhiệm vụ vừa hoàn thành"
HIDDEN = "(hidden) => Object.defineProperty(document, 'hidden', { get: () => hidden, configurable: true })"


def leave(page: Page) -> None:
    """Another tab is in front."""
    page.evaluate(HIDDEN, True)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def come_back(page: Page) -> None:
    """The tab is in front again."""
    page.evaluate(HIDDEN, False)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def behind_another(page: Page) -> None:
    """The page is opened in a tab that is not shown yet."""
    page.add_init_script(f"({HIDDEN})(true)")
    page.reload()


def test_many_tabs_do_not_block_the_site(open_page: Open, site: Site) -> None:
    page = open_page("/")
    site.heard()
    for _ in range(7):
        leave(page)
        site.unheard()
        page = page.context.new_page()
        page.goto("/")
        site.heard()
    expect(page.locator("h1")).to_contain_text("104 trên 1.287")


def test_a_tab_that_is_looked_at_again_is_up_to_date(open_page: Open, site: Site) -> None:
    page = open_page("/")
    site.heard()
    leave(page)
    site.unheard()
    site.complete_one()
    come_back(page)
    expect(page.locator("h1")).to_contain_text("103 trên 1.287")
    expect(page.locator("[data-ledger] li").first).to_contain_text(NEW)
    site.heard()


def test_a_past_page_that_is_looked_at_again_stays_still(open_page: Open, site: Site) -> None:
    page = open_page("/?as_of=2025-12-04")
    leave(page)
    come_back(page)
    page.wait_for_load_state("networkidle")
    assert site.upstream.listeners == []


def test_the_ledger_shows_what_happened_before_the_page_was_connected(open_page: Open, site: Site) -> None:
    page = open_page("/problems/not-found")
    page.goto("/")
    behind_another(page)
    site.unheard()
    site.complete_one()
    rows = page.locator("[data-ledger] li")
    expect(rows).to_have_count(9)
    come_back(page)
    expect(rows).to_have_count(10)
    expect(rows.first).to_contain_text(NEW)
    for _ in range(2):
        leave(page)
        site.unheard()
        come_back(page)
        site.heard()
    site.complete_one()
    expect(page.locator("h1")).to_contain_text("102 trên 1.287")
    expect(rows).to_have_count(11)


def test_the_ledger_keeps_the_last_twelve_newest_first(open_page: Open, site: Site) -> None:
    page = open_page("/")
    site.heard()
    for _ in range(5):
        site.complete_one()
    expect(page.locator("h1")).to_contain_text("99 trên 1.287")
    rows = page.locator("[data-ledger] li")
    expect(rows).to_have_count(12)
    times = page.locator("[data-ledger] time").evaluate_all("(times) => times.map((time) => Date.parse(time.dateTime))")
    assert times == sorted(times, reverse=True)


def test_an_age_that_nobody_knows_is_said_to_be_not_known(open_page: Open, site: Site) -> None:
    page = open_page("/")
    site.heard()
    age, unknown = page.locator("[data-staleness]"), page.locator("[data-age-unknown]")
    expect(age).to_be_visible()
    expect(unknown).to_be_hidden()
    site.upstream.staleness = None
    site.complete_one()
    expect(page.locator("h1")).to_contain_text("103")
    expect(age).to_be_hidden()
    expect(unknown).to_be_visible()
    page.reload()
    expect(age).to_be_hidden()
    expect(unknown).to_have_text(", chưa biết chậm bao lâu so với lúc được báo")
    site.heard()
    site.upstream.staleness = 7
    site.complete_one()
    expect(age).to_have_text("7 giây")
    expect(age).to_be_visible()
    expect(unknown).to_be_hidden()


def test_figures_of_a_page_that_hears_nothing_grow_older(open_page: Open, site: Site) -> None:
    page = open_page("/problems/not-found")
    page.clock.install()
    page.goto("/")
    site.heard()
    site.complete_one()
    expect(page.locator("h1")).to_contain_text("103")
    page.route(re.compile("/stream"), lambda route: None)
    age = page.locator("[data-staleness]")
    page.clock.run_for(15_000)
    expect(age).to_have_text("2 giây")
    page.clock.run_for(30_000)
    expect(age).to_have_text(re.compile("^4[78] giây$"))
    page.clock.run_for(120_000)
    expect(age).to_have_text("3 phút")
    page.unroute_all(behavior="ignoreErrors")
    page.clock.run_for(35_000)
    site.heard()
    site.complete_one()
    expect(age).to_have_text("2 giây")


def test_figures_of_a_page_that_was_never_connected_grow_older(open_page: Open, site: Site) -> None:
    page = open_page("/problems/not-found")
    page.clock.install()
    page.route("**/stream", lambda route: None)
    page.goto("/")
    page.clock.run_for(45_000)
    expect(page.locator("[data-staleness]")).to_have_text(re.compile("^4[78] giây$"))


def test_the_sentence_under_the_timeline_is_not_read_out_at_every_frame(open_page: Open, site: Site) -> None:
    page = open_page("/")
    site.heard()
    said = page.locator("[data-said]")
    assert said.evaluate("(said) => said.tagName") == "P"
    said.evaluate(
        "(said) => { window.written = 0; new MutationObserver(() => (window.written += 1))"
        ".observe(said, { childList: true, characterData: true, subtree: true }); }"
    )
    site.upstream.staleness = 9
    site.loop.call_soon_threadsafe(site.upstream.send, "status", [])
    expect(page.locator("[data-staleness]")).to_have_text("9 giây")
    assert page.evaluate("window.written") == 0
    site.complete_one()
    expect(said).to_contain_text("103 quá hạn")
    assert page.evaluate("window.written") == 1
