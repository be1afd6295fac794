"""Two sheets: the code, which is secret, and the proof, which says nothing of the code and verifies anywhere."""

import html
import json
import re
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from tests.integration.portal.records import RECEIPT
from tests.integration.portal.shown_pages import UNIT
from tests.integration.portal.test_pages import Document
from tests.integration.portal.upstream import Upstream
from tests.integration.portal.upstream_feedback import NEW_CODE
from tests.integration.portal.upstream_steps import SILENT
from tests.unit.common.transparency.made_log import LOG, MadeLog

from sixclear.common.checked_code import code_of
from sixclear.common.transparency import verify_receipt
from sixclear.common.transparency.notes import SigningKey
from sixclear.portal.shell.sheets import code_sheet
from sixclear.portal.words.languages import NAMES

pytestmark = pytest.mark.asyncio
FORM = {"kind": "feedback", "title": "Cầu hỏng", "text": "Cầu ở bản Mới hỏng từ tháng 9.", "form_key": "k" * 20}
ENGLISH = {"accept-language": "en"}
CODE = {"receipt_code": RECEIPT}


@pytest.fixture
def stated(upstream: Upstream) -> MadeLog:
    """The case was received and answered, and the log has both."""
    log = MadeLog()
    made = [log.receipt("received"), log.receipt("answered")]
    names = ("statement", "salt", "proof", "policy")
    upstream.stated = [{name: one[name] for name in names} | {"index": place} for place, one in enumerate(made)]
    return log


def hidden(page: str, button: str) -> dict[str, str]:
    """What the first form with this button sends, as a browser reads it."""
    form = next(one for one in re.findall(r"<form.*?</form>", page, re.DOTALL) if button in one)
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)
    # A browser sends line ends as CR LF.
    return {name: html.unescape(value).replace("\n", "\r\n") for name, value in found}


async def opened(browser: httpx2.AsyncClient, code: str = RECEIPT) -> str:
    answer = await browser.post("/feedback/mailbox", data={"receipt_code": code}, headers=ENGLISH)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_the_receipt_is_a_sheet_with_the_code_and_a_picture_of_it(browser: httpx2.AsyncClient) -> None:
    page = (await browser.post("/feedback/sent", data=FORM, headers=ENGLISH)).text
    assert "Sheet 1: the receipt code, to be kept secret" in page
    assert f'translate="no">{RECEIPT}</p>' in page
    assert str(code_sheet(RECEIPT).picture) in page
    assert "is being signed" in page
    assert "Download the certificate" not in page


async def test_the_picture_holds_the_code_as_text_and_no_address() -> None:
    segno = pytest.importorskip("segno")
    assert 'd="' in code_sheet(RECEIPT).picture
    same = segno.make(f"SIXCLEAR:{RECEIPT}", error="m", micro=False)
    assert same.mode == "alphanumeric"
    drawn = same.svg_inline(omitsize=True, svgclass=None, lineclass=None, light="#fff")
    assert code_sheet(RECEIPT).picture == drawn != code_sheet(NEW_CODE).picture


async def test_sent_again_the_receipt_has_both_sheets(browser: httpx2.AsyncClient, stated: MadeLog) -> None:
    for _ in range(2):
        page = (await browser.post("/feedback/sent", data=FORM, headers=ENGLISH)).text
    first, second = page.split('id="proof-sheet"')
    assert str(code_sheet(RECEIPT).picture) in first
    assert (RECEIPT in second, "Feedback received" in second, FORM["text"] in second) == (False, True, False)


async def test_the_file_that_is_downloaded_verifies_everywhere(
    browser: httpx2.AsyncClient, stated: MadeLog, tmp_path: Path
) -> None:
    page = await opened(browser)
    fields = hidden(page, "See and print")
    assert set(fields) == {"statement", "salt", "proof", "policy"}
    answer = await browser.post("/feedback/mailbox/proof", data=fields | {"as": "file"})
    assert answer.headers["content-disposition"] == 'attachment; filename="received-2026-11-30.sixclear-receipt.json"'
    assert answer.headers["cache-control"] == "no-store"
    assert sorted(answer.json()) == ["format", "policy", "proof", "salt", "statement"]
    assert not any(word in answer.text for word in (RECEIPT, "Mã QR cho hồ sơ"))
    saved = tmp_path / "received.sixclear-receipt.json"
    saved.write_bytes(answer.content)
    assert "witnesses saw it" in verify_receipt.verify(json.loads(answer.content), None)
    for program in ([verify_receipt.__file__], ["-m", "sixclear.launcher", "verify"]):
        done = subprocess.run([sys.executable, *program, str(saved)], capture_output=True, text=True)  # noqa: ASYNC221
        assert (done.returncode, done.stdout.startswith("verified")) == (0, True), done.stdout + done.stderr


@pytest.mark.parametrize("language", NAMES)
async def test_the_sheet_to_show_has_no_code_in_any_language(
    browser: httpx2.AsyncClient, stated: MadeLog, language: str
) -> None:
    fields = hidden(await opened(browser), "See and print")
    answer = await browser.post(f"/feedback/mailbox/proof?lang={language}", data=fields)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    page = Document(answer.text)
    assert (page.root["lang"], page.inline) == (language, [])
    assert not any(word in answer.text for word in (RECEIPT, "Mã QR cho hồ sơ"))
    assert fields["salt"] in page.text
    assert hidden(answer.text, 'name="as"') == fields  # from the page, the same file is saved


async def test_without_statements_or_with_feedback_away_the_mailbox_opens(
    browser: httpx2.AsyncClient, upstream: Upstream, stated: MadeLog
) -> None:
    assert (await opened(browser)).count("See and print") == 2
    upstream.stated = []
    assert "See and print" not in await opened(browser)


@pytest.mark.parametrize("fields", [{}, {"statement": "kind received"}, {"salt": "x", "policy": "y", "statement": "z"}])
async def test_what_is_no_statement_is_no_sheet(browser: httpx2.AsyncClient, fields: dict[str, str]) -> None:
    assert (await browser.post("/feedback/mailbox/proof", data=fields)).status_code == 422


async def test_what_the_log_did_not_sign_is_no_certificate(browser: httpx2.AsyncClient, stated: MadeLog) -> None:
    fields = hidden(await opened(browser), "See and print")
    other = MadeLog(key=SigningKey.of_seed(LOG.name, b"o" * 32)).receipt("received")
    names = ("statement", "salt", "proof", "policy")
    bent = [
        fields | {"statement": fields["statement"].replace("due 2026-12", "due 2026-11")},
        fields | {"salt": "c2FsdA=="},
        {name: str(other[name]) for name in names},  # whole, by a key that is not the log's
    ]
    for changed in bent:
        for more in ({}, {"as": "file"}):
            answer = await browser.post("/feedback/mailbox/proof", data=changed | more, headers=ENGLISH)
            assert (answer.status_code, "This is no certificate" in answer.text) == (422, True)
            assert 'id="proof-sheet"' not in answer.text


async def test_a_sheet_that_cannot_be_checked_now_says_so(
    browser: httpx2.AsyncClient, upstream: Upstream, stated: MadeLog
) -> None:
    fields = hidden(await opened(browser), "See and print")
    for empty in (True, False):
        upstream.empty = empty
        for proof in (fields["proof"], ""):
            answer = await browser.post("/feedback/mailbox/proof", data=fields | {"proof": proof}, headers=ENGLISH)
            assert 'id="proof-sheet"' in answer.text
            assert ("has not been checked" in answer.text) is empty


async def test_a_new_code_is_shown_once_and_again_to_the_same_form(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    fields = hidden(await opened(browser), "Take a new code")
    assert fields["receipt_code"] == RECEIPT
    for path in ("/feedback/mailbox/code", "/feedback/mailbox/code?lang=en"):
        answer = await browser.post(path, data=fields, headers=ENGLISH)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        assert f'translate="no">{NEW_CODE}</p>' in answer.text
        assert str(code_sheet(NEW_CODE).picture) in answer.text
    assert upstream.code_changes == [fields["form_key"]] * 2
    assert "the one before opens nothing" in await opened(browser)


async def test_a_new_code_that_cannot_be_given_leaves_the_form_of_the_code(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    wrong = await browser.post(
        "/feedback/mailbox/code", data={"receipt_code": code_of(b"never given")}, headers=ENGLISH
    )
    assert (wrong.status_code, "There is no submission with this code" in wrong.text) == (422, True)
    assert (await browser.post("/feedback/mailbox/code", data={})).status_code == 422
    upstream.locked_out = True
    assert "Too many attempts" in (await browser.post("/feedback/mailbox/code", data=CODE, headers=ENGLISH)).text
    upstream.away.add("feedback")
    assert (await browser.post("/feedback/mailbox/code", data=CODE)).status_code == 503
    foreign = {"sec-fetch-site": "cross-site"}
    assert (await browser.post("/feedback/mailbox/code", data=CODE, headers=foreign)).status_code == 403


async def test_no_address_has_a_code_or_a_proof(browser: httpx2.AsyncClient, stated: MadeLog) -> None:
    page = await opened(browser)
    assert not any(RECEIPT in link or "statement" in link for link in Document(page).links)
    for path in ("/feedback/mailbox/code", "/feedback/mailbox/proof"):
        answer = await browser.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/feedback/mailbox")


async def test_who_got_no_answer_is_shown_the_certificate_and_where_to_go(
    browser: httpx2.AsyncClient, upstream: Upstream, stated: MadeLog
) -> None:
    assert "No answer by the deadline" not in await opened(browser)
    silent = stated.receipt("no_answer")
    upstream.stated.append({name: silent[name] for name in ("statement", "salt", "proof", "policy")} | {"index": 2})
    late = Document(await opened(browser)).text
    assert "Appeal to the agency above" not in late, "it is answered meanwhile, or the time to appeal is over"
    upstream.case |= SILENT
    page = Document(await opened(browser)).text
    first = [page.index(part) for part in ("No answer by the deadline", "one button is enough", "Appeal to the agency")]
    assert sorted(first) == first
    assert first[-1] < page.index("Law on Citizen Reception") < page.index("See and print")


async def test_the_page_of_a_body_says_how_often_it_was_silent(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    page = Document((await browser.get(UNIT, headers=ENGLISH)).text)
    assert "How often this body gave no answer by the deadline, as the public log says: 3." in page.text
    upstream.away.add("feedback")
    assert "How often this body" not in Document((await browser.get(UNIT, headers=ENGLISH)).text).text


async def test_the_sender_sees_who_asked_who_they_are_and_what_was_decided(browser: httpx2.AsyncClient) -> None:
    said = " ".join(Document(await opened(browser)).text.split())
    assert "Who asked who you are" in said
    for part in ("asked at", "It is not decided yet.", "It was refused at", "may read the contact until"):
        assert part in said
    assert "A body asked at" in said
