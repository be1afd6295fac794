"""Pages for everybody: axe, keyboard, phones, printing without colour, and no script at all."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from tests.e2e.browser.conftest import Site, go_on, go_to_the_end
from tests.integration.portal.records import RECEIPT
from tests.integration.portal.shown_pages import COPY, PROPOSAL

import sixclear.portal
from sixclear.common.ids import stable_id
from sixclear.portal.words.languages import NAMES

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
TASK = f"/tasks/{stable_id('task', '0')}"
UNIT = f"/organisations/{stable_id('organisation', '48')}"
INDICATOR = "/results/indicators/online-services"
# Pages whose parts are those of the pages below.
ALIKE = [
    "/results/documents",
    f"/results/documents/{stable_id('document', '1')}",
    "/results/money",
    "/results/scores",
    "/feedback/public",
    "/feedback/proposals",
    PROPOSAL,
    "/feedback/statistics",
    "/feedback#step-sealed",
]
PAGES = [
    "/",
    "/?as_of=2025-12-04",
    "/tasks",
    TASK,
    "/organisations",
    UNIT,
    "/results",
    INDICATOR,
    "/feedback",
    "/feedback#step-sender",
    "/feedback/mailbox",
    COPY,
    "/verify",
    "/log",
    "/catalogue",
    "/problems/stale-version",
    "/styleguide",
]


def serious(page: Page) -> list[str]:
    """What axe finds serious or critical."""
    found = Axe().run(page).response["violations"]
    return [
        f"{violation['id']}: {node['html'][:160]}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_serious(open_page: Open, path: str, scheme: str) -> None:
    assert serious(open_page(path, color_scheme=scheme)) == []


@pytest.mark.parametrize("language", [code for code in NAMES if code != "vi"])
@pytest.mark.parametrize("path", ["/", TASK, "/feedback"])
def test_axe_finds_nothing_serious_in_other_languages(open_page: Open, path: str, language: str) -> None:
    page = open_page(path, language=language, width=390)
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert serious(page) == []


@pytest.mark.parametrize("language", NAMES)
@pytest.mark.parametrize("path", PAGES)
def test_a_phone_never_scrolls_sideways(open_page: Open, path: str, language: str) -> None:
    page = open_page(path, width=390, language=language)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.long
@pytest.mark.parametrize("language", NAMES)
@pytest.mark.parametrize("path", ALIKE)
def test_pages_that_are_alike_are_read_by_everyone(open_page: Open, path: str, language: str) -> None:
    page = open_page(path, width=320, language=language)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert serious(page) == []


@pytest.mark.parametrize("width", [1024, 1100, 1280])
@pytest.mark.parametrize("path", ["/tasks", UNIT, "/catalogue"])
def test_the_head_of_a_long_table_stays_in_sight(open_page: Open, path: str, width: int) -> None:
    page = open_page(path, width=width)
    page.locator("tr[data-record]").nth(8).evaluate("(row) => row.scrollIntoView()")
    assert page.evaluate("scrollY") > 0
    assert page.locator(".dense thead th").first.evaluate("(head) => head.getBoundingClientRect().top") == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", PAGES)
def test_everything_is_readable_at_twice_the_size(open_page: Open, path: str) -> None:
    page = open_page(path, width=640)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640


@pytest.mark.parametrize("path", ["/", "/tasks", "/feedback"])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(open_page: Open, path: str) -> None:
    page = open_page(path)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_class("skip")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        outline = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle + s.outlineWidth })()"
        )
        assert outline.startswith(("solid3px", "auto")), page.evaluate("document.activeElement.outerHTML")


@pytest.mark.parametrize("path", ["/", "/tasks", TASK, "/feedback", "/catalogue"])
def test_what_can_be_touched_is_large_enough(open_page: Open, path: str) -> None:
    page = open_page(path, width=390)
    small = page.evaluate(
        """[...document.querySelectorAll("button, select, input:not([type=hidden]), nav a, .tile a, summary")]
        .filter((element) => element.checkVisibility())
        .map((element) => [element.outerHTML.slice(0, 100), element.getBoundingClientRect()])
        .filter(([, box]) => box.height > 0 && box.height < 24)
        .map(([html, box]) => `${html} ${box.height}`)"""
    )
    assert small == []


def test_units_can_be_touched_on_a_phone(open_page: Open) -> None:
    page = open_page("/", width=390)
    heights = page.locator(".units a").evaluate_all("(links) => links.map((a) => a.getBoundingClientRect().height)")
    assert len(heights) == 34
    assert min(heights) >= 44


def test_feedback_is_sent_and_followed_without_script(open_page: Open, site: Site) -> None:
    page = open_page("/feedback", java_script_enabled=False, language="en-US", width=390)
    page.get_by_label("Initiative").check()
    go_on(page)
    page.get_by_label("Summary in one sentence").fill("QR codes")
    go_on(page)
    page.get_by_label("Text", exact=True).fill("Use QR codes.")
    go_to_the_end(page)
    page.get_by_role("button", name="Send and get a receipt code").click()
    expect(page.locator(".receipt-code")).to_have_text(RECEIPT)
    assert RECEIPT not in page.url
    assert [sent["text"] for sent in site.upstream.submissions.values()] == ["Use QR codes."]
    page.get_by_role("link", name="Go to Follow a submission").click()
    page.get_by_label("Receipt code").fill(RECEIPT.lower())
    page.get_by_role("button", name="See the answer").click()
    expect(page.locator("h1")).to_contain_text("Initiative: Passed to the agency")
    page.get_by_label("Write to the handler").fill("More details")
    page.get_by_role("button", name="Send message").click()
    expect(page.locator(".messages")).to_contain_text("More details")
    assert RECEIPT not in page.url


def test_mistakes_take_the_focus_without_script(open_page: Open) -> None:
    page = open_page("/feedback/mailbox", java_script_enabled=False, language="en-US")
    page.get_by_label("Receipt code").fill("WRONG-CODE")
    page.get_by_role("button", name="See the answer").click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.get_by_role("link", name="A receipt code has 17 letters and digits").click()
    expect(page.get_by_label("Receipt code")).to_be_focused()


def test_home_says_everything_without_script(open_page: Open) -> None:
    page = open_page("/", java_script_enabled=False, language="en-US")
    expect(page.locator("h1")).to_contain_text("104 of 1,287 tasks are overdue, 12 more than a week ago.")
    expect(page.get_by_role("slider")).to_have_count(0)
    page.get_by_label("See a past day").fill("2025-12-04")
    page.get_by_role("button", name="See this day").click()
    expect(page.locator(".strip")).to_contain_text("the end of 4 December 2025")
    page.get_by_role("button", name="Tiếng Việt").click()
    expect(page.locator(".strip")).to_contain_text("Đây là quá khứ")


def test_a_tile_opens_its_unit(open_page: Open) -> None:
    page = open_page("/", language="en-US")
    page.locator(".tile a", has_text="Đà Nẵng").first.click()
    expect(page.locator("h1")).to_have_text("Đà Nẵng")


def test_only_arabic_pages_load_the_arabic_font(open_page: Open) -> None:
    page = open_page("/problems/not-found")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for language in ("vi", "en"):
        page.goto(f"/?lang={language}", wait_until="networkidle")
        page.goto(f"/feedback?lang={language}", wait_until="networkidle")
    assert [url for url in asked if "arabic" in url] == []
    page.goto("/feedback?lang=ar", wait_until="networkidle")
    assert [url for url in asked if "arabic" in url] != []


@pytest.mark.parametrize("late", ["elements", "parts", "pages"])
def test_a_style_that_comes_late_costs_no_arabic_font(open_page: Open, late: str) -> None:
    page = open_page("/problems/not-found")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    # An empty answer: Chromium may lay a page out before a style has come, as it would without the style.
    page.route(f"**/css/{late}.css", lambda route: route.fulfill(content_type="text/css", body=""))
    page.goto("/organisations?lang=vi", wait_until="networkidle")
    assert [url for url in asked if "arabic" in url] == []


@pytest.mark.parametrize("sheet", ["tokens", "elements", "parts", "pages"])
def test_a_style_means_the_same_without_its_space(open_page: Open, sheet: str) -> None:
    page = open_page("/problems/not-found")
    sent = page.request.get(str(page.locator(f"link[href$='{sheet}.css']").get_attribute("href"))).text()
    source = (Path(str(sixclear.portal.__file__)).parent / f"shell/static/css/{sheet}.css").read_text()
    rules = """(text) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      return [...sheet.cssRules].map((rule) => rule.cssText.replaceAll(", ", ","));
    }"""
    assert page.evaluate(rules, sent) == page.evaluate(rules, source)
