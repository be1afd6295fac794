"""Sending and following without an account: retries, mistakes, secrets."""

import re

import httpx2
import pytest
from tests.integration.portal.records import RECEIPT
from tests.integration.portal.upstream import Upstream

pytestmark = pytest.mark.asyncio

FORM = {"kind": "initiative", "title": "Mã QR", "text": "Dùng mã QR.", "programme": "", "contact": ""}


async def form_key(browser: httpx2.AsyncClient) -> str:
    found = re.search(r'name="form_key" value="([^"]+)"', (await browser.get("/feedback")).text)
    assert found is not None
    return found[1]


async def test_a_form_gets_its_receipt(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    response = await browser.post("/feedback/sent", data={**FORM, "form_key": await form_key(browser)})
    assert response.status_code == 200
    assert RECEIPT in response.text
    assert response.headers["cache-control"] == "no-store"
    assert "content-encoding" not in response.headers
    assert list(upstream.submissions.values()) == [
        {"kind": "initiative", "title": "Mã QR", "text": "Dùng mã QR.", "consent": False}
    ]


async def test_a_receipt_says_whether_mails_come(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.notices = True

    async def receipt(**changes: str) -> str:
        data = {**FORM, **changes, "form_key": await form_key(browser)}
        return (await browser.post("/feedback/sent", data=data, headers={"accept-language": "en"})).text

    assert "No message is sent." in await receipt()
    told = await receipt(text="Khác", notice="binh@example.invalid")
    assert "No message is sent." not in told
    assert "A mail to the address that you gave only says that there is news" in told


async def test_a_form_sent_again_is_one_submission(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    key = await form_key(browser)
    for _ in range(2):
        assert RECEIPT in (await browser.post("/feedback/sent", data={**FORM, "form_key": key})).text
    assert list(upstream.submissions) == [key]


async def test_a_changed_form_does_not_replace_what_was_sent(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    key = await form_key(browser)
    await browser.post("/feedback/sent", data={**FORM, "form_key": key})
    changed = await browser.post("/feedback/sent", data={**FORM, "text": "Khác", "form_key": key})
    assert changed.status_code == 422
    assert "Khác" in changed.text
    assert f'value="{key}"' not in changed.text
    assert len(upstream.submissions) == 1


async def test_mistakes_stand_at_their_fields_and_nothing_typed_is_lost(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    key = await form_key(browser)
    typed = {"text": "Một nội dung <b>dài</b>", "contact": "a@b.example", "form_key": key, "lang": "en"}
    response = await browser.post("/feedback/sent", data=typed, headers={"accept-language": "en"})
    assert response.status_code == 422
    assert "Choose a kind." in response.text
    assert "Write a one-sentence summary." in response.text
    assert "Một nội dung &lt;b&gt;dài&lt;/b&gt;" in response.text
    assert f'value="{key}"' in response.text
    assert upstream.submissions == {}


async def test_a_text_that_is_too_long_is_kept_whole(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    long = {"title": "ệ" * 301, "text": "ệ" * 10_001, "contact": "9" * 301}
    response = await browser.post("/feedback/sent", data={**FORM, **long}, headers={"accept-language": "en"})
    assert response.status_code == 422
    for text in long.values():
        assert text in response.text
    assert response.text.count('class="field-problem"') == 3
    assert "maxlength" not in response.text
    assert upstream.submissions == {}


async def test_contact_goes_where_it_belongs(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    for contact, field in (("a@b.example", "email"), ("0912 345 678", "phone")):
        data = {**FORM, "contact": contact, "consent": "yes", "form_key": await form_key(browser)}
        await browser.post("/feedback/sent", data=data)
        sent = list(upstream.submissions.values())[-1]
        assert sent["sender"] == {"kind": "citizen", field: contact}
        assert sent["consent"] is True


async def test_a_form_of_another_site_is_refused(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    for path in ("/feedback/sent", "/feedback/mailbox", "/language"):
        response = await browser.post(path, data=FORM, headers={"origin": "https://elsewhere.example"})
        assert response.status_code == 403
    assert upstream.submissions == {}


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"text=" + b"x" * 270_000, 413), (b"text=%ff%fe", 422), (b"text=%00", 422), ("text=ơ".encode(), 422)],
)
async def test_bodies_that_cannot_be_taken(browser: httpx2.AsyncClient, body: bytes, status: int) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    response = await browser.post("/feedback/sent", content=body, headers=headers)
    assert response.status_code == status


@pytest.mark.parametrize("key", [None, "", "short", "ơ" * 20, "a b" * 10, "k" * 20 + "\n" + "k", "k" * 5_000])
async def test_a_form_whose_key_cannot_be_used_gets_a_new_one(
    browser: httpx2.AsyncClient, upstream: Upstream, key: str | None
) -> None:
    sent_key = {} if key is None else {"form_key": key}
    assert RECEIPT in (await browser.post("/feedback/sent", data={**FORM, **sent_key})).text
    message = {"receipt_code": RECEIPT, "reply": "1", "text": "Xin bổ sung", **sent_key}
    assert (await browser.post("/feedback/mailbox", data=message)).status_code == 200
    assert [sent["text"] for sent in upstream.messages] == ["Xin bổ sung"]
    assert all(len(sent) == 32 for sent in upstream.submissions)


async def test_a_key_that_cannot_be_used_is_not_shown_again(browser: httpx2.AsyncClient) -> None:
    page = await browser.post("/feedback/sent", data={"form_key": "ơ" * 20, "text": "Dở dang"})
    assert page.status_code == 422
    assert "ơơ" not in page.text
    assert re.search(r'name="form_key" value="[\w-]{32}"', page.text)


async def test_other_bodies_than_forms_are_refused(browser: httpx2.AsyncClient) -> None:
    assert (await browser.post("/feedback/sent", json=FORM)).status_code == 422


async def test_the_form_says_when_the_service_is_away(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    key = await form_key(browser)
    upstream.away.add("feedback")
    response = await browser.post("/feedback/sent", data={**FORM, "form_key": key})
    assert response.status_code == 503
    assert "Dùng mã QR." in response.text
    assert f'value="{key}"' in response.text


async def test_the_mailbox_opens_by_code_only(browser: httpx2.AsyncClient) -> None:
    opened = await browser.post(
        "/feedback/mailbox", data={"receipt_code": RECEIPT.lower()}, headers={"accept-language": "en"}
    )
    assert opened.status_code == 200
    assert "Initiative: Passed to the agency that handles it" in opened.text
    assert "due in 9 days" in opened.text
    assert "Within 12 working days." in opened.text
    assert "Ministry of Science and Technology" in opened.text
    assert opened.headers["cache-control"] == "no-store"
    wrong = await browser.post("/feedback/mailbox", data={"receipt_code": "WRONG"})
    assert wrong.status_code == 422
    assert 'value="WRONG"' in wrong.text
    assert (await browser.post("/feedback/mailbox", data={})).status_code == 422


async def test_a_receipt_code_goes_to_feedback_as_it_was_typed(browser: httpx2.AsyncClient) -> None:
    typed = "Mã biên nhận: 7k2m–q9xw 4tbn−８"
    wrong = await browser.post("/feedback/mailbox", data={"receipt_code": f" {typed} "})
    assert f'value="{typed}"' in wrong.text
    whole_mail = typed * 10
    too_long = await browser.post("/feedback/mailbox", data={"receipt_code": whole_mail})
    assert too_long.status_code == 422
    assert whole_mail in too_long.text
    assert "Xin chỉ chép mã" in too_long.text


async def test_a_message_is_delivered(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    data = {"receipt_code": RECEIPT, "reply": "1", "text": "Xin bổ sung", "form_key": "k" * 20}
    answer = await browser.post("/feedback/mailbox", data=data)
    assert answer.status_code == 200
    assert [message["text"] for message in upstream.messages] == ["Xin bổ sung"]
    assert "Xin bổ sung" in answer.text
    empty = await browser.post("/feedback/mailbox", data={**data, "text": ""})
    assert empty.status_code == 422
    assert len(upstream.messages) == 1


async def test_a_message_is_not_lost_when_the_service_is_away(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.away.add("feedback")
    data = {"receipt_code": RECEIPT, "reply": "1", "text": "Xin bổ sung", "form_key": "k" * 20}
    response = await browser.post("/feedback/mailbox", data=data)
    assert response.status_code == 503
    assert "Xin bổ sung" in response.text
    assert RECEIPT in response.text


async def test_an_answer_is_shown_with_its_reason(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.answer = {"outcome": "accepted", "reason": "Đúng", "legal_basis": "Nghị định 1", "text": "Sẽ làm"}
    page = (await browser.post("/feedback/mailbox", data={"receipt_code": RECEIPT})).text
    for text in ("Trả lời: Tiếp thu", "Đúng", "Nghị định 1", "Sẽ làm"):
        assert text in page


async def test_the_code_is_in_no_address(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    response = await browser.post("/feedback/mailbox", data={"receipt_code": RECEIPT})
    sent = await browser.post("/feedback/sent", data={**FORM, "form_key": await form_key(browser)})
    for page in (response, sent):
        assert page.is_success
        assert not re.findall(rf'(?:href|action|src)="[^"]*{RECEIPT}', page.text)
        assert "location" not in page.headers
    assert not any(RECEIPT in path or RECEIPT in str(query) for _, path, query in upstream.requests)
    assert (await browser.get("/feedback/sent")).headers["location"] == "/feedback"
