"""The home page as somebody sees it: figures that move, a timeline under the hand."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e.browser.conftest import Site, opening, running

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


def test_figures_move_without_a_reload(open_page: Open, site: Site) -> None:
    page = open_page("/")
    site.heard()
    overdue = page.locator(".legend [data-count=overdue]")
    expect(overdue).to_have_text("104")
    width = page.locator("[data-bar] [data-segment=overdue]").get_attribute("width")
    page.evaluate("window.here = true")
    site.complete_one()
    expect(overdue).to_have_text("103", timeout=1_000)
    expect(page.locator(".legend [data-count=completed]")).to_have_text("602")
    expect(page.locator("[data-share=overdue]")).to_have_text("8,00\u00a0%")
    expect(page.locator("h1")).to_contain_text("103 trên 1.287")
    expect(page.locator("[data-comparison]")).to_have_text("nhiều hơn 11 so với một tuần trước")
    assert page.locator("[data-bar] [data-segment=overdue]").get_attribute("width") != width
    expect(page.locator("[data-said]")).to_contain_text("602 hoàn thành, 404 trong hạn, 103 quá hạn")
    expect(page.locator("[data-staleness]")).to_have_text("2 giây")
    remaining = "471 nhiệm vụ có hạn đến hết năm nay chưa xong (103 đã quá hạn, trong đó 4 có hạn của các năm trước; "
    expect(page.locator(".standfirst").first).to_contain_text(f"{remaining}368 chưa")
    assert page.evaluate("window.here")


def test_what_is_not_known_any_more_is_no_zero_and_a_first_report_is_said(open_page: Open, site: Site) -> None:
    site.upstream.last_report_at = None
    page = open_page("/?fbclid=x")
    site.heard()
    expect(page.locator("[data-never-reported]")).to_be_visible()
    site.upstream.last_report_at = "2025-12-30T03:00:00Z"
    site.upstream.empty = True
    site.complete_one()
    expect(page.locator("[data-share=overdue]")).to_have_text("— chưa tính được tỷ lệ")
    expect(page.locator("[data-last-report]")).to_have_text("30/12/2025 10:00")
    expect(page.locator("[data-reported]")).to_be_visible()
    expect(page.locator("[data-never-reported]")).to_be_hidden()


def test_a_chosen_day_leaves_behind_what_others_appended_to_the_address(open_page: Open, site: Site) -> None:
    page = open_page("/?programme=hanoi-city&fbclid=x")
    page.fill("#as_of", "2026-11-20")
    page.click("[data-day-form] button")
    expect(page).to_have_url(f"{site.url}/?programme=hanoi-city&as_of=2026-11-20")
    expect(page.locator(".strip")).to_be_visible()
    assert page.locator(".languages input[name=next]").input_value() == "/?programme=hanoi-city&as_of=2026-11-20"


@pytest.fixture
def apart() -> Iterator[Site]:
    """A portal without a gateway: the stream is on another port."""
    with running(apart=True) as site:
        yield site


@pytest.fixture
def open_apart(chromium: Browser, apart: Site) -> Iterator[Open]:
    """Opens a page of `apart`."""
    yield from opening(chromium, apart)


def test_figures_move_when_the_stream_is_of_another_origin(open_apart: Open, apart: Site) -> None:
    page = open_apart("/")
    apart.heard()
    assert not str(page.locator("[data-home]").get_attribute("data-stream")).startswith(apart.url)
    apart.complete_one()
    expect(page.locator(".legend [data-count=overdue]")).to_have_text("103", timeout=1_000)


def test_a_stream_that_was_refused_is_asked_for_again(open_page: Open, site: Site) -> None:
    page = open_page("/problems/not-found")
    page.clock.install()
    site.upstream.away.add("monitoring")
    with page.expect_response("**/stream") as refused:
        page.goto("/")
    assert refused.value.status == 503
    site.upstream.away.clear()
    page.clock.run_for(20_000)
    site.heard()


def test_a_row_that_changed_is_underlined_for_two_seconds(open_page: Open, site: Site) -> None:
    page = open_page("/")
    site.heard()
    site.complete_one()
    row = page.locator("[data-row=overdue]")
    expect(row).to_have_class("legend-row changed")
    expect(row).to_have_class("legend-row", timeout=3_000)


def test_nothing_is_underlined_for_people_who_want_less_motion(open_page: Open, site: Site) -> None:
    page = open_page("/", reduced_motion="reduce")
    site.heard()
    site.complete_one()
    expect(page.locator(".legend [data-count=overdue]")).to_have_text("103")
    expect(page.locator(".changed")).to_have_count(0)


def test_the_ledger_grows_at_its_head(open_page: Open, site: Site) -> None:
    page = open_page("/", language="en-US")
    site.heard()
    site.complete_one()
    first = page.locator("[data-ledger] li").first
    expect(first).to_contain_text("Nhiệm vụ vừa hoàn thành")
    expect(first).to_contain_text("Completion confirmed")
    expect(first.locator(".stamp")).to_have_count(0)
    expect(first).to_contain_text("22 Nov 10:00")
    change = site.upstream.change(0)
    expect(first.locator("[data-who]")).to_have_text(change["organisation_name_en"])
    expect(first.locator("[data-who]")).to_have_attribute("lang", "en")
    assert str(first.locator("a").get_attribute("href")).startswith("/tasks/")


def test_hostile_titles_from_the_stream_stay_text(open_page: Open, site: Site) -> None:
    page = open_page("/")
    site.heard()
    change: dict[str, Any] = {**site.upstream.change(0), "title": "<img src=x onerror=alert(1)>", "demonstration": True}
    change["recorded_at"] = "2026-11-22T03:01:00Z"
    site.loop.call_soon_threadsafe(site.upstream.send, "status", [change])
    expect(page.locator("[data-ledger] li").first).to_contain_text("<img src=x")
    expect(page.locator("[data-ledger] li").first.locator(".stamp")).to_have_count(1)
    assert page.locator("[data-ledger] img").count() == 0


def test_a_screen_reader_hears_a_summary_no_more_than_every_15_seconds(open_page: Open, site: Site) -> None:
    page = open_page("/")
    page.clock.install()
    page.reload()
    for _ in range(3):
        page.clock.run_for(1_000)
    site.complete_one()
    expect(page.locator("h1")).to_contain_text("103", timeout=3_000)
    summary = page.locator("[data-summary]")
    expect(summary).to_have_text("")
    page.clock.run_for(16_000)
    expect(summary).to_have_text("103 trên 1.287 nhiệm vụ quá hạn, 602 đã hoàn thành")


def test_the_past_stands_still(open_page: Open, site: Site) -> None:
    page = open_page("/?as_of=2025-12-04")
    expect(page.locator(".strip")).to_contain_text("Đây là quá khứ: cuối ngày 4/12/2025")
    page.wait_for_load_state("networkidle")
    assert site.upstream.listeners == []


def test_arrow_keys_move_through_the_days(open_page: Open, site: Site) -> None:
    page = open_page("/")
    site.heard()
    slider = page.get_by_role("slider")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".strip")).to_contain_text("20/11/2026")
    assert page.url.endswith("as_of=2026-11-20")
    expect(page.locator("h1")).to_contain_text("Cuối ngày 20/11/2026, 92 trên")
    expect(page.locator("[data-said]")).to_contain_text(
        "20/11/2026: 601 hoàn thành, 404 trong hạn, 92 quá hạn, 178 thường xuyên"
    )
    expect(slider).to_be_focused()
    expect(slider).to_have_attribute("aria-valuetext", "20/11/2026")
    page.keyboard.press("End")
    expect(page.locator(".strip")).to_have_count(0)
    assert "as_of" not in page.url
    site.heard()
    page.go_back()
    expect(page.locator(".strip")).to_contain_text("20/11/2026")


def test_dragging_chooses_a_day(open_page: Open, site: Site) -> None:
    page = open_page("/")
    box = page.locator("[data-chart]").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 80)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 80, steps=5)
    expect(page.locator("[data-said]")).to_contain_text("/2026:")
    page.mouse.up()
    expect(page.locator(".strip")).to_be_visible()
    assert "as_of=2026-0" in page.url


def test_a_report_day_is_one_press_away(open_page: Open, site: Site) -> None:
    page = open_page("/", language="en-US")
    page.get_by_role("link", name="4 December 2025").click()
    expect(page.locator("h1")).to_contain_text("At the end of 4 December 2025")
    page.get_by_role("link", name="Back to now").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("104 of 1,287 tasks are overdue")
    expect(page.locator("h1")).to_be_focused()
    site.heard()


def test_a_list_is_walked_with_the_keyboard(open_page: Open, site: Site) -> None:
    page = open_page("/tasks")
    links = page.locator("tr[data-record] th a")
    page.get_by_role("region", name="Bảng nhiệm vụ").focus()
    for key, row in (("k", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(links.nth(row)).to_be_focused()
    links.nth(4).focus()
    page.keyboard.press("j")
    expect(links.nth(5)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/tasks/*")


def test_letters_do_nothing_outside_a_list(open_page: Open, site: Site) -> None:
    page = open_page("/tasks")
    page.keyboard.press("j")
    expect(page.locator("tr:focus-within")).to_have_count(0)
    page.get_by_role("button", name="Lọc").focus()
    page.keyboard.press("j")
    expect(page.get_by_role("button", name="Lọc")).to_be_focused()
