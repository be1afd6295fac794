"""The pages of the public log: who watches it, and how anyone verifies a receipt."""

import re
from pathlib import Path

import httpx2
import pytest
from tests.integration.portal.records import NOW, iso
from tests.integration.portal.test_pages import Document
from tests.integration.portal.upstream import Upstream

import sixclear.portal
from sixclear.common.transparency import verify_receipt

pytestmark = pytest.mark.asyncio
VERIFY = Path(sixclear.portal.__file__).parent / "pages/public/verify"
PROGRAM = Path(verify_receipt.__file__).read_bytes()


def witness(name: str, problem: str | None = None) -> dict[str, object]:
    return {
        "name": name,
        "key": f"{name}.example/w+00000000+BAAA",
        "size": 1287,
        "cosigned_at": None if problem else iso(NOW),
        "failed_at": iso(NOW) if problem else None,
        "problem": problem,
    }


async def text_of(browser: httpx2.AsyncClient, path: str) -> str:
    response = await browser.get(path, params={"lang": "en"})
    assert response.status_code == 200
    return Document(response.text).text


async def test_without_witnesses_the_log_says_that_it_is_signed_by_us_alone(browser: httpx2.AsyncClient) -> None:
    said = await text_of(browser, "/log")
    assert "Cosigned bynone: signed by us alone" in said
    assert "Entries1,287" in said


async def test_the_log_names_its_witnesses_and_what_each_last_said(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    upstream.witnesses = [witness("university"), witness("press", "no-connection")]
    said = await text_of(browser, "/log")
    assert "Cosigned byuniversity" in said
    assert "last cosigned 22 November 2026, 10:00" in said
    assert "never cosigned; gave none on 22 November 2026, 10:00 no-connection" in said


async def test_a_log_that_has_not_begun_says_so(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.empty = True
    assert "The log has not signed anything yet." in await text_of(browser, "/log")


async def test_without_script_the_page_gives_both_commands_and_the_file(browser: httpx2.AsyncClient) -> None:
    page = (await browser.get("/verify?lang=en")).text
    said = Document(page).text
    assert "python verify_receipt.py FILE" in said
    assert "sixclear verify FILE" in said
    assert 'id="here" aria-labelledby="check" hidden' in page, "shown by the script that can do it"
    assert "/verify/verify_receipt.py" in Document(page).links
    program = await browser.get("/verify/verify_receipt.py")
    assert program.content == PROGRAM
    assert "attachment" in program.headers["content-disposition"]


async def test_what_the_browser_runs_is_short_sends_nothing_and_has_words_for_all_it_says() -> None:
    scripts = {path.name: path.read_text(encoding="utf-8") for path in VERIFY.glob("*.js")}
    assert sum(len(text.encode()) for text in scripts.values()) <= 10 * 1024
    together = "\n".join(scripts.values())
    for way_out in (
        "fetch(",
        "XMLHttpRequest",
        "sendBeacon",
        "WebSocket",
        "EventSource",
        "import(",
        ".src",
        "location",
    ):
        assert way_out not in together
    texts = set(re.findall(r'data-text="([a-z_-]+)"', (VERIFY / "page.html").read_text(encoding="utf-8")))
    reasons = {
        name for line in re.findall(r"need\(.*", scripts["receipt.js"]) for name in re.findall(r'"([a-z-]+)"', line)
    }
    assert reasons >= {"changed", "quorum", "seen-late"}
    assert reasons - {"none", "hour", "false"} <= texts
