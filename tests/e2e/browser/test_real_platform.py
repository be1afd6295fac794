"""The pages on the real platform: figures move when a ministry posts, and a citizen gets an answer without script."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e.browser.conftest import go_on, go_to_the_end
from tests.e2e.platforms import Platform

pytestmark = [pytest.mark.slow, pytest.mark.browser]
Open = Callable[..., Page]


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run asynchronous work beside the browser, which owns this thread's loop."""
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(asyncio.run, work).result()


@pytest.fixture
def visit(chromium: Browser, one_process: Platform) -> Iterator[Open]:
    """Opens a page of the running platform."""
    contexts = []

    def open_one(path: str, **options: Any) -> Page:
        context = chromium.new_context(base_url=one_process.announcement().address, **options)
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_one
    for context in contexts:
        context.close()


async def complete_one(platform: Platform) -> None:
    """A ministry hands in a result and another body confirms it."""
    found = await platform.get("/api/tasks/v1/tasks", programme="demonstration", bucket="in_term", limit="200")
    task = next(task for task in found["items"] if task["status"] == "in_progress")
    path = f"/api/tasks/v1/tasks/{task['task_id']}"
    evidence = {"evidence": [{"title": "Biên bản", "url": "https://example.invalid/bb.pdf"}]}
    await platform.post(f"org-{task['lead_organisation']['code']}", f"{path}/submit", evidence)
    await platform.post("standing-body", f"{path}/confirm", {})


def test_the_completed_figure_moves_when_a_result_is_confirmed(visit: Open, one_process: Platform) -> None:
    run(one_process.settled())
    before = run(one_process.status(programme="demonstration"))["tasks"]["completed"]
    page = visit("/?programme=demonstration&lang=en")
    figure = page.locator(".legend [data-count=completed]")
    expect(figure).to_have_text(str(before))
    run(complete_one(one_process))
    expect(figure).to_have_text(str(before + 1), timeout=3000)


def test_the_day_of_the_review_is_one_address(visit: Open) -> None:
    page = visit("/?as_of=2025-12-04&lang=en")
    expect(page.locator("h1")).to_contain_text("104 of 1,287")


def test_a_citizen_sends_and_follows_without_script(visit: Open) -> None:
    page = visit("/feedback?lang=en", java_script_enabled=False)
    page.get_by_label("Initiative").check()
    go_on(page)
    page.get_by_label("Summary in one sentence").fill("QR codes")
    go_on(page)
    page.get_by_label("Text", exact=True).fill("Use QR codes at every counter.")
    go_to_the_end(page)
    page.get_by_role("button", name="Send and get a receipt code").click()
    code = page.locator(".receipt-code").inner_text()
    assert len(code) == len("XXXX-XXXX-XXXX-XXXX-C")
    assert code not in page.url
    page.goto("/feedback/mailbox")
    page.get_by_label("Receipt code").fill(code.lower())
    page.get_by_role("button", name="See the answer").click()
    expect(page.locator("h1")).to_contain_text("Initiative")
    page.get_by_label("Write to the handler").fill("More details")
    page.get_by_role("button", name="Send message").click()
    expect(page.locator(".messages")).to_contain_text("More details")
    assert code not in page.url
