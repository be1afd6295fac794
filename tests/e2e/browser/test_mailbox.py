"""The mailbox in a browser without script: each step of a sender by its button, and nothing by accident."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.browser.conftest import Site
from tests.e2e.browser.test_reading import serious
from tests.integration.portal.records import RECEIPT
from tests.integration.portal.upstream_steps import ANSWERED, PROPOSAL, SILENT

ANSWER = {"outcome": "accepted", "reason": "Đúng", "legal_basis": "Nghị định 1", "text": "Sẽ làm"}
Open = Callable[..., Page]


def enter(page: Page) -> Page:
    """Opens the mailbox by the key Enter."""
    page.get_by_label("Receipt code").fill(RECEIPT)
    page.get_by_label("Receipt code").press("Enter")
    expect(page.locator("h1")).to_contain_text("Initiative")
    return page


@pytest.fixture
def plain(open_page: Open) -> Page:
    """A browser without script."""
    return open_page("/feedback/mailbox", java_script_enabled=False, language="en-US", width=390)


def test_an_answer_is_rated_and_the_case_opened_again(plain: Page, site: Site) -> None:
    site.upstream.answer = ANSWER
    site.upstream.case |= ANSWERED
    enter(plain)
    plain.get_by_label("Partly solved").check()
    plain.get_by_label("Partly solved").press("Enter")
    expect(plain.get_by_label("Partly solved")).to_be_checked()
    assert site.upstream.steps == [], "Enter in a field does no step"
    plain.get_by_label("Why (optional)").fill("Chưa rõ phí.")
    plain.get_by_role("button", name="Open the case again").click()
    plain.locator(".error-summary a").click()
    expect(plain.get_by_label("What does the answer lack?")).to_be_focused()
    expect(plain.get_by_label("Why (optional)")).to_have_value("Chưa rõ phí.")
    plain.get_by_role("button", name="Send the rating").click()
    expect(plain.get_by_role("heading", name="Your rating: Partly solved")).to_be_visible()
    plain.get_by_label("What does the answer lack?").fill("Lịch chưa có.")
    plain.get_by_role("button", name="Open the case again").click()
    expect(plain.get_by_role("heading", name="Opened again at your request")).to_be_visible()
    assert [name for name, _ in site.upstream.steps] == ["rating", "reopen"]
    assert RECEIPT not in plain.url


def test_silence_is_appealed_and_then_the_case_taken_back(plain: Page, site: Site) -> None:
    site.upstream.case |= SILENT
    enter(plain)
    plain.get_by_role("button", name="Appeal to the agency above").click()
    expect(plain.get_by_text("Not decided yet; due")).to_be_visible()
    plain.get_by_text("Take a copy, take back, erase").click()
    plain.get_by_role("button", name="Take the submission back").click()
    plain.get_by_role("button", name="Back to the mailbox").click()
    plain.get_by_text("Take a copy, take back, erase").click()
    plain.get_by_role("button", name="Take the submission back").click()
    plain.get_by_role("button", name="Take the submission back").click()
    expect(plain.get_by_role("status")).to_have_text("The submission was taken back.")
    assert site.upstream.steps == [("appeal", {"reason": None}), ("withdraw", {})]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_mailbox_with_all_that_can_be_done_can_be_read_by_everyone(open_page: Open, site: Site, scheme: str) -> None:
    site.upstream.answer = ANSWER
    site.upstream.case |= ANSWERED | {"proposal": PROPOSAL}
    page = enter(open_page("/feedback/mailbox", language="en-US", color_scheme=scheme, width=390))
    for summary in page.locator("main details > summary").all():
        summary.click()
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Erase the whole case").click()
    assert serious(page) == []
    page.get_by_role("button", name="Erase the whole case").click()
    expect(page.get_by_role("heading", name="The case is erased")).to_be_visible()
    assert serious(page) == []


def test_what_is_typed_for_a_step_survives_a_reload(open_page: Open, site: Site) -> None:
    site.upstream.answer = ANSWER
    site.upstream.case |= ANSWERED
    page = enter(open_page("/feedback/mailbox", language="en-US"))
    page.get_by_label("Solved", exact=True).check()
    page.get_by_label("What does the answer lack?").fill("Lịch chưa có.")
    page.reload()
    expect(page.get_by_label("Solved", exact=True)).to_be_checked()
    expect(page.get_by_label("What does the answer lack?")).to_have_value("Lịch chưa có.")
    assert site.upstream.steps == []
