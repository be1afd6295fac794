"""What a person typed, in a real browser: it survives languages, Back and Reload, and is sent once."""

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e.browser.conftest import Site, go_on, go_to_the_end
from tests.integration.portal.records import RECEIPT

pytestmark = pytest.mark.browser

TITLE, TEXT = "Cổng dịch vụ báo lỗi", "Từ thứ hai đến nay không nộp được hồ sơ."


@pytest.fixture
def plain(chromium: Browser, site: Site) -> Page:
    """A page without script."""
    page = chromium.new_context(java_script_enabled=False, base_url=site.url, locale="vi").new_page()
    page.goto("/feedback")
    return page


def write(page: Page) -> None:
    """Answers question by question; each has its own entry in the history of the tab."""
    page.check("#kind")
    go_on(page)
    page.fill("#title", TITLE)
    go_on(page)
    page.fill("#text", TEXT)
    go_to_the_end(page)


def in_english(page: Page) -> None:
    page.click(".languages button[lang=en]")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_form_and_its_receipt_survive_another_language_and_back(plain: Page, site: Site) -> None:
    write(plain)
    in_english(plain)
    expect(plain.locator("#title")).to_have_value(TITLE)
    expect(plain.locator("#text")).to_have_value(TEXT)
    expect(plain.locator("#kind")).to_be_checked()
    assert site.upstream.submissions == {}
    plain.click("button.primary")
    expect(plain.locator(".receipt-code")).to_have_text(RECEIPT)
    plain.click(".languages button[lang=ar]")
    expect(plain.locator("html")).to_have_attribute("lang", "ar")
    expect(plain.locator(".receipt-code")).to_have_text(RECEIPT)
    assert RECEIPT not in plain.url
    plain.reload()
    expect(plain.locator(".receipt-code")).to_have_text(RECEIPT)
    assert len(site.upstream.submissions) == 1


def test_one_question_is_shown_at_a_time_and_back_always_works(plain: Page, site: Site) -> None:
    expect(plain.locator(".step:visible")).to_have_attribute("id", "step-kind")
    write(plain)
    expect(plain.locator(".step:visible")).to_have_attribute("id", "step-send")
    for step in ("consent", "sender", "sealed", "programme", "text"):
        plain.go_back()
        expect(plain.locator(".step:visible")).to_have_attribute("id", f"step-{step}")
    expect(plain.locator("#text")).to_have_value(TEXT)
    plain.locator(".step:visible .step-links a").last.click()
    expect(plain.locator("#title")).to_be_visible()
    expect(plain.locator("#title")).to_have_value(TITLE)
    assert site.upstream.submissions == {}, "nothing is sent by going from question to question"


def test_a_mistake_leads_to_its_question(plain: Page, site: Site) -> None:
    write(plain)
    plain.go_back()
    plain.go_back()
    plain.fill("#contact", "9" * 301)
    plain.press("#contact", "Enter")
    expect(plain.locator(".step:visible")).to_have_attribute("id", "step-send")
    assert site.upstream.submissions == {}, "Enter in a field sends nothing"
    plain.click("button.primary:visible")
    expect(plain.locator(".error-summary")).to_be_focused()
    expect(plain.locator("#contact")).to_be_visible()
    plain.goto("/feedback#step-send")
    plain.click("button.primary:visible")
    plain.locator(".error-summary a", has_text="Viết nội dung.").click()
    expect(plain.locator("#text")).to_be_focused()
    assert site.upstream.submissions == {}


def test_enter_in_a_field_keeps_the_language(plain: Page, site: Site) -> None:
    plain.goto("/feedback?lang=en#step-sender")
    plain.press("#contact", "Enter")
    expect(plain.locator(".step:visible")).to_have_attribute("id", "step-send")
    expect(plain.locator("html")).to_have_attribute("lang", "en")
    assert site.upstream.submissions == {}


def test_back_after_sending_and_sending_again_is_one_case(plain: Page, site: Site) -> None:
    write(plain)
    plain.click("button.primary")
    expect(plain.locator(".receipt-code")).to_have_text(RECEIPT)
    plain.go_back()
    if not plain.locator("#text").input_value():
        plain.goto("/feedback#step-kind")
        write(plain)
    plain.click("button.primary")
    expect(plain.locator(".receipt-code")).to_have_text(RECEIPT)
    assert len(site.upstream.submissions) == 1


def test_a_form_that_is_loaded_again_keeps_what_was_typed(chromium: Browser, site: Site) -> None:
    """A browser sends nothing of an unsent form when it loads the page again: this one thing needs a script."""
    page = chromium.new_context(base_url=site.url).new_page()
    page.goto("/feedback")
    write(page)
    page.reload()
    expect(page.locator(".step:visible")).to_have_attribute("id", "step-send")
    expect(page.locator("#title")).to_have_value(TITLE)
    expect(page.locator("#text")).to_have_value(TEXT)
    expect(page.locator("#kind")).to_be_checked()
    page.goto("/feedback/mailbox")
    page.fill("#receipt_code", RECEIPT)
    page.reload()
    expect(page.locator("#receipt_code")).to_have_value("")
    page.fill("#receipt_code", RECEIPT)
    page.click("button.primary")
    page.fill("#text", TEXT)
    page.reload()
    expect(page.locator("#text")).to_have_value(TEXT)
    page.click("button.primary")
    expect(page.locator(".said")).to_have_text(TEXT)
    expect(page.locator("#text")).to_have_value("")
    page.reload()
    assert [message["text"] for message in site.upstream.messages] == [TEXT]
    assert RECEIPT not in str(page.evaluate("JSON.stringify(history.state)"))


def test_an_open_case_survives_another_language_with_the_message_that_is_being_written(plain: Page, site: Site) -> None:
    plain.goto("/feedback/mailbox")
    plain.fill("#receipt_code", RECEIPT)
    in_english(plain)
    expect(plain.locator("#receipt_code")).to_have_value(RECEIPT)
    plain.click("button.primary")
    plain.fill("#text", TEXT)
    plain.click(".languages button[lang=vi]")
    expect(plain.locator("html")).to_have_attribute("lang", "vi")
    expect(plain.locator("#text")).to_have_value(TEXT)
    assert site.upstream.messages == []
    plain.click("button.primary")
    expect(plain.locator(".said")).to_have_text(TEXT)
    assert RECEIPT not in plain.url
