"""The browser works while too many submissions come: by our own script, under the strict policy; it can be stopped."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from altcha import Challenge, Payload, create_challenge, solve_challenge, verify_solution
from playwright.sync_api import Page, expect
from tests.e2e.browser.conftest import Site, go_on, go_to_the_end
from tests.e2e.browser.test_reading import serious
from tests.integration.portal.records import RECEIPT

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
# A long work: the counter that solves it is not reached within a test.
ENDLESS = create_challenge("PBKDF2/SHA-256", 1_000, key_prefix="00" * 8, data={"expires_at": 4_000_000_000}).to_dict()
SOLVE = """async ([url, challenge]) => (await import(url)).solve(challenge)"""


def written(page: Page) -> Page:
    """The form up to its last question."""
    page.get_by_label("Initiative").check()
    go_on(page)
    page.get_by_label("Summary in one sentence").fill("QR codes")
    go_on(page)
    page.get_by_label("Text", exact=True).fill("Use QR codes.")
    go_to_the_end(page)
    return page


def send(page: Page) -> None:
    """Presses the button."""
    page.get_by_role("button", name="Send and get a receipt code").click()


@pytest.mark.parametrize("prefix", ["0", "00", "3f", "a1b"])
def test_the_script_finds_what_the_library_finds(open_page: Open, prefix: str) -> None:
    page = open_page("/feedback")
    script = str(page.locator("script[type=module]").get_attribute("src")).replace("page.js", "solve.js")
    data: dict[str, Any] = {"form": "submission", "expires_at": 4_000_000_000}
    made = create_challenge("PBKDF2/SHA-256", 50, key_prefix=prefix, data=data, hmac_secret="k" * 32)
    found = Payload.from_base64(page.evaluate(SOLVE, [script, made.to_dict()]))
    assert verify_solution(found, "k" * 32).verified
    library = solve_challenge(Challenge.from_dict(made.to_dict()))
    assert library is not None
    assert found.solution.counter == library.counter
    assert found.challenge.to_dict() == made.to_dict()


def test_a_load_that_comes_while_one_writes_costs_seconds_and_no_press(open_page: Open, site: Site) -> None:
    page = written(open_page("/feedback", language="en-US", width=390))
    site.upstream.work_needed = True
    send(page)
    expect(page.locator(".receipt-code")).to_have_text(RECEIPT, timeout=30_000)
    expect(page.get_by_text("within one working day")).to_have_count(0)
    assert (site.upstream.shown, len(site.upstream.submissions)) == (["Sixclear-Proof-Of-Work"], 1)


def test_work_that_the_page_brought_along_begins_with_the_button(open_page: Open, site: Site) -> None:
    site.upstream.work_needed = True
    page = written(open_page("/feedback", language="en-US"))
    expect(page.locator("#working")).to_be_hidden()
    send(page)
    expect(page.locator(".receipt-code")).to_have_text(RECEIPT, timeout=30_000)
    assert site.upstream.shown == ["Sixclear-Proof-Of-Work"]


def test_a_reader_stops_the_work_and_sends_without_it(open_page: Open, site: Site) -> None:
    site.upstream.work_needed = True
    path = "**/feedback"
    page = open_page("/problems/not-found", language="en-US", width=390)

    def with_long_work(route: Any) -> None:
        answer = route.fetch()
        long = json.dumps(ENDLESS).replace('"', "&#34;")
        body = answer.text()
        start = body.index('data-challenge="') + len('data-challenge="')
        route.fulfill(response=answer, body=body[:start] + long + body[body.index('"', start) :])

    page.route(path, with_long_work)
    page.goto("/feedback")
    send(written(page))
    status = page.locator("#working [role=status]")
    expect(status).to_have_text("Working. The submission is sent as soon as that is done.")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Stop").click()
    expect(status).to_have_text("Stopped. Nothing was sent.")
    assert site.upstream.submissions == {}
    page.get_by_role("button", name="Send without the work").click()
    expect(page.locator(".receipt-code")).to_have_text(RECEIPT)
    expect(page.get_by_text("within one working day")).to_be_visible()
    assert site.upstream.shown == ["Sixclear-Form-Token"]


def test_without_script_it_is_received_and_looked_at_within_a_day(open_page: Open, site: Site) -> None:
    site.upstream.work_needed = True
    page = written(open_page("/feedback", language="en-US", java_script_enabled=False))
    send(page)
    expect(page.locator(".receipt-code")).to_have_text(RECEIPT)
    expect(page.get_by_text("within one working day")).to_be_visible()
    assert site.upstream.shown == ["Sixclear-Form-Token"]
