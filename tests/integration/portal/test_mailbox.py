"""A message to whoever handles a case: delivered once, or still there with the true reason."""

import re

import httpx2
import pytest
from tests.integration.portal.records import RECEIPT
from tests.integration.portal.upstream import Upstream

from sixclear.common.checked_code import code_of

pytestmark = pytest.mark.asyncio

UNKNOWN = code_of(b"never given")
KEY = "k" * 20
TEXT = "Xin bổ sung"
MESSAGE = {"receipt_code": RECEIPT, "reply": "1", "text": TEXT, "form_key": KEY}


async def send(browser: httpx2.AsyncClient, **changed: str) -> httpx2.Response:
    return await browser.post("/feedback/mailbox", data={**MESSAGE, **changed}, headers={"accept-language": "en"})


def typed_text(response: httpx2.Response) -> str:
    found = re.search(r"<textarea[^>]*>([^<]*)</textarea>", response.text)
    return found[1] if found else ""


def key_in(response: httpx2.Response) -> str:
    found = re.search(r'name="form_key" value="([^"]+)"', response.text)
    assert found is not None
    return found[1]


async def test_a_message_sent_twice_is_one_message(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    for _ in range(2):
        assert (await send(browser)).status_code == 200
    assert len(upstream.messages) == 1


async def test_a_message_changed_after_it_was_sent_can_be_sent_as_a_new_one(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    await send(browser)
    changed = await send(browser, text="Xin sửa lại")
    assert changed.status_code == 422
    assert "Initiative: Passed to the agency that handles it" in changed.text
    assert 'id="text-problem">This form has already sent another message. Sending again makes a new message.' in (
        changed.text
    )
    assert typed_text(changed) == "Xin sửa lại"
    assert key_in(changed) != KEY
    await send(browser, text="Xin sửa lại", form_key=key_in(changed))
    assert [message["text"] for message in upstream.messages] == [TEXT, "Xin sửa lại"]


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (429, "too-many-messages", "There were too many messages."),
        (409, "mailbox-full", "This case takes no more messages."),
        (409, "transition-not-allowed", "This case takes no more messages."),
        (422, "invalid-request", "The message was not accepted."),
    ],
)
async def test_a_refused_message_stays_at_its_field_with_the_reason(
    browser: httpx2.AsyncClient, upstream: Upstream, status: int, code: str, reason: str
) -> None:
    upstream.refusal = (status, code)
    refused = await send(browser)
    assert refused.status_code == 422
    assert f'id="text-problem">{reason}' in refused.text
    assert "There is no submission with this code" not in refused.text
    assert (typed_text(refused), key_in(refused)) == (TEXT, KEY)


async def test_after_too_many_wrong_codes_the_message_waits_at_the_door(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    upstream.locked_out = True
    refused = await send(browser)
    assert refused.status_code == 422
    assert "Too many attempts." in refused.text
    assert (typed_text(refused), key_in(refused)) == (TEXT, KEY)
    assert f'value="{RECEIPT}"' in refused.text


@pytest.mark.parametrize(
    ("code", "reason"), [("", "Enter the receipt code."), ("WRONG", "A receipt code has 17 letters and digits")]
)
async def test_a_mistyped_code_loses_no_message(
    browser: httpx2.AsyncClient, upstream: Upstream, code: str, reason: str
) -> None:
    refused = await send(browser, receipt_code=code)
    assert refused.status_code == 422
    assert reason in refused.text
    assert (typed_text(refused), key_in(refused)) == (TEXT, KEY)
    assert (await send(browser, form_key=key_in(refused))).status_code == 200
    assert len(upstream.messages) == 1


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (UNKNOWN[:-2], "A receipt code has 17 letters and digits"),
        (f"{UNKNOWN[:-1]}U", "never the letter U"),
        (f"{UNKNOWN[:-1]}{'0' if UNKNOWN[-1] != '0' else '1'}", "One character is wrong, or two have changed places."),
        (UNKNOWN, "There is no submission with this code."),
    ],
)
async def test_a_code_that_opens_nothing_is_told_why(browser: httpx2.AsyncClient, code: str, words: str) -> None:
    refused = await send(browser, receipt_code=code)
    assert refused.status_code == 422
    assert words in refused.text
    assert typed_text(refused) == TEXT


async def test_a_deadline_that_may_move_says_so(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    code, english = {"receipt_code": RECEIPT}, {"accept-language": "en"}
    assert "provisional" not in (await browser.post("/feedback/mailbox", data=code, headers=english)).text
    upstream.provisional = True
    page = (await browser.post("/feedback/mailbox", data=code, headers=english)).text
    assert "due in 9 days; provisional: the holidays of that year are not all known" in page
    assert "first told: 30 November 2026, 10:00" in page
    form = {"kind": "feedback", "title": "a", "text": "b"}
    receipt = (await browser.post("/feedback/sent", data=form, headers=english)).text
    assert "(provisional: the holidays of that year are not all known)" in receipt


async def test_a_message_sent_again_after_an_outage_is_one_message(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    upstream.away.add("feedback")
    waiting = await send(browser)
    assert waiting.status_code == 503
    assert (typed_text(waiting), key_in(waiting)) == (TEXT, KEY)
    upstream.away.clear()
    await send(browser, form_key=key_in(waiting))
    assert len(upstream.messages) == 1


async def test_a_message_that_is_too_long_stays_as_it_was_typed(browser: httpx2.AsyncClient) -> None:
    refused = await send(browser, text="x" * 10_001)
    assert refused.status_code == 422
    assert (typed_text(refused), key_in(refused)) == ("x" * 10_001, KEY)


async def test_a_file_that_was_chosen_beside_a_message_is_said_not_to_have_come(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    # A browser sends the name of a chosen file with every form that is no form with a file.
    sent = await send(browser, file="ảnh <b>đường</b>.jpg")
    assert len(upstream.messages) == 1
    assert "A file that is chosen below does not go with the message." in sent.text
    assert "The file ảnh &lt;b&gt;đường&lt;/b&gt;.jpg was not sent" in sent.text
    assert 'href="#file"' in sent.text
    plain = await send(browser, file="", form_key="p" * 20)
    assert "was not sent" not in plain.text
