"""What a sender does with the own case, without script: each step is offered while it can be done, and is done once."""

import re
from datetime import timedelta

import httpx2
import pytest
from tests.integration.portal.records import NOW, RECEIPT, iso
from tests.integration.portal.test_kept import Form, in_language
from tests.integration.portal.test_pages import Document
from tests.integration.portal.upstream import Upstream
from tests.integration.portal.upstream_feedback import case_of
from tests.integration.portal.upstream_steps import ANSWERED, BODY, PROPOSAL, SILENT, TASK, UNTIL, appeal

from sixclear.portal.words.languages import NAMES

pytestmark = pytest.mark.asyncio

ENGLISH = {"accept-language": "en"}
ANSWER = {"outcome": "accepted", "reason": "Đúng", "legal_basis": "Nghị định 1", "text": "Sẽ làm"}
MAILBOX = "/feedback/mailbox"


async def opened(browser: httpx2.AsyncClient) -> httpx2.Response:
    return await browser.post(MAILBOX, data={"receipt_code": RECEIPT}, headers=ENGLISH)


async def press(
    browser: httpx2.AsyncClient, page: httpx2.Response, button: str, value: str = "1", **typed: str
) -> httpx2.Response:
    """Presses a button of the page's form, as a browser without script does; the button must be there."""
    assert f'name="{button}" value="{value}"' in page.text
    return await browser.post(MAILBOX, data={**Form(page.text).fields, **typed, button: value}, headers=ENGLISH)


def offered(page: httpx2.Response) -> set[str]:
    return set(re.findall(r'name="step" value="(\w+)"', page.text))


@pytest.fixture
def answered(upstream: Upstream) -> Upstream:
    upstream.answer = ANSWER
    upstream.case |= ANSWERED
    return upstream


async def test_each_step_is_offered_only_while_it_can_be_done(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    assert offered(await opened(browser)) == {"copy", "consent", "identity", "erase_contact"}
    upstream.case |= SILENT
    assert offered(await opened(browser)) == {"copy", "consent", "identity", "erase_contact", "withdraw", "appeal"}
    upstream.case |= {"may_withdraw": False} | ANSWERED
    upstream.answer = ANSWER
    assert offered(await opened(browser)) == {
        "copy",
        "consent",
        "identity",
        "erase_contact",
        "erase_case",
        "rating",
        "reopen",
        "appeal",
    }
    upstream.case |= {"identity_level": "anonymous", "rate_until": None, "reopen_until": None, "appeal": None}
    assert offered(await opened(browser)) == {"copy", "consent", "identity", "erase_case"}


async def test_an_answer_is_rated_once_with_words(browser: httpx2.AsyncClient, answered: Upstream) -> None:
    page = await opened(browser)
    for _ in range(2):  # the page is loaded again, or the button pressed twice
        rated = await press(browser, page, "step", "rating", rating="partly", rating_words="Chưa rõ phí.")
        assert rated.status_code == 200
    assert answered.steps == [("rating", {"rating": "partly", "words": "Chưa rõ phí."})]
    said = Document(rated.text).text
    assert "Your rating was recorded." in said
    assert "Your rating: Partly solved" in said
    assert "Chưa rõ phí." in said
    assert "rating" not in offered(rated)


async def test_a_rating_needs_a_choice_and_no_words(browser: httpx2.AsyncClient, answered: Upstream) -> None:
    page = await opened(browser)
    refused = await press(browser, page, "step", "rating", rating_words="Chưa rõ phí.")
    assert refused.status_code == 422
    assert 'id="rating-problem">Choose one of the three.' in refused.text
    assert Form(refused.text).fields["rating_words"] == "Chưa rõ phí."
    await press(browser, refused, "step", "rating", rating="solved", rating_words=" ")
    assert answered.steps == [("rating", {"rating": "solved", "words": None})]


async def test_an_answered_case_is_opened_again_with_a_reason(browser: httpx2.AsyncClient, answered: Upstream) -> None:
    page = await opened(browser)
    assert 'id="reopen_reason-problem">Write the reason.' in (await press(browser, page, "step", "reopen")).text
    again = await press(browser, page, "step", "reopen", reopen_reason="Lịch chưa có.")
    assert answered.steps == [("reopen", {"reason": "Lịch chưa có."})]
    said = Document(again.text).text
    assert "Opened again at your request" in said
    assert "Lịch chưa có." in said
    assert "reopen" not in offered(again)


async def test_silence_is_appealed_with_one_button(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.case |= SILENT
    page = await opened(browser)
    assert page.text.index("No answer by the deadline") < page.text.index("Mã QR cho hồ sơ")
    taken = await press(browser, page, "step", "appeal")
    assert upstream.steps == [("appeal", {"reason": None})]
    said = Document(taken.text).text
    assert "took it at" in said
    assert "because there was no answer by the deadline" in said
    assert "Not decided yet; due" in said
    assert "appeal" not in offered(taken)


async def test_an_appeal_against_an_answer_goes_on_to_the_second_level(
    browser: httpx2.AsyncClient, answered: Upstream
) -> None:
    first = {"level": 1, "basis": "answer"}
    decided = {"decided_at": iso(NOW), "decision": "rejected", "text": "Câu trả lời đúng luật."}
    answered.case |= {
        "appeals": [appeal(first, "Chưa có.", **decided)],
        "appeal": {**first, "level": 2, "until": UNTIL},
    }
    page = await opened(browser)
    said = Document(page.text).text
    for part in ("against the answer. Chưa có.", "Appeal not upheld", "Câu trả lời đúng luật.", "second and last time"):
        assert part in said
    await press(browser, page, "step", "appeal", appeal_reason="Vẫn chưa có.")
    assert answered.steps == [("appeal", {"reason": "Vẫn chưa có."})]


@pytest.mark.parametrize(("step", "sent"), [("withdraw", {}), ("erase_contact", {"what": "contact"})])
async def test_what_cannot_be_undone_is_asked_again(
    browser: httpx2.AsyncClient, upstream: Upstream, step: str, sent: dict[str, str]
) -> None:
    upstream.case |= {"may_withdraw": True}
    page = await opened(browser)
    asked = await press(browser, page, "step", step, text="Xin bổ sung")
    assert "this cannot be undone" in asked.text
    for language in NAMES:
        asked = await in_language(browser, asked, language)
        assert offered(asked) == {step}
    back = await press(browser, asked, "back")
    assert Form(back.text).fields["text"] == "Xin bổ sung", "what was being written waits"
    assert upstream.steps == []
    done = await press(browser, asked, "sure")
    assert [entry for _, entry in upstream.steps] == [sent]
    assert step not in offered(done)
    assert upstream.messages == []


async def test_an_erased_contact_shows_both_dates(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    asked = await press(browser, await opened(browser), "step", "erase_contact")
    for page in (await press(browser, asked, "sure"), await opened(browser)):
        said = Document(page.text).text
        assert "The system cannot read it since22 November 2026, 10:00" in said
        assert "No backup can be read from27 December 2026, 10:00" in said


async def test_an_erased_case_opens_no_longer_and_its_page_says_both_dates(
    browser: httpx2.AsyncClient, answered: Upstream
) -> None:
    asked = await press(browser, await opened(browser), "step", "erase_case")
    assert "The receipt code opens nothing any more." in asked.text
    page = await press(browser, asked, "sure")
    for language in ("ar", "en"):
        page = await in_language(browser, page, language)
    assert "from27 December 2026, 10:00" in Document(page.text).text
    assert RECEIPT not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert answered.steps == [("erasure", {"what": "case"})]
    assert (await opened(browser)).status_code == 422


@pytest.mark.parametrize("instant", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2026-11-22", ""])
async def test_dates_that_were_made_up_show_the_form_of_the_code(browser: httpx2.AsyncClient, instant: str) -> None:
    data = {"keep": "1", "erased_at": instant, "backups_until": instant}
    page = await browser.post(MAILBOX, data=data, headers=ENGLISH)
    assert (page.status_code, "The case is erased" in page.text) == (200, False)


async def test_consent_is_given_and_ended_in_the_mailbox(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    page = await opened(browser)
    for agreed in (True, False, True):
        page = await press(browser, page, "step", "consent")
        assert upstream.steps[-1] == ("consent", {"consent": agreed})
    assert len(upstream.steps) == 3


async def test_a_copy_of_all_that_is_held_is_a_file(browser: httpx2.AsyncClient, answered: Upstream) -> None:
    saved = await press(browser, await opened(browser), "step", "copy")
    assert saved.headers["content-disposition"] == 'attachment; filename="sixclear-case-2026-11-22.json"'
    assert saved.headers["cache-control"] == "no-store"
    assert saved.json()["contact"]["email"] == "binh@example.invalid"
    assert saved.json()["case"] == case_of(answered), "what the portal does not show itself is there too"
    answered.away.add("feedback")
    away = await browser.post(MAILBOX, data={"receipt_code": RECEIPT, "step": "copy"}, headers=ENGLISH)
    assert away.status_code == 503


@pytest.mark.parametrize(
    ("step", "field", "typed"),
    [
        ("rating", "rating", {"rating": "solved", "rating_words": "Tốt."}),
        ("reopen", "reopen_reason", {"reopen_reason": "Lịch chưa có."}),
        ("appeal", "appeal_reason", {"appeal_reason": "Vẫn chưa có."}),
        ("withdraw", "withdraw", {"sure": "1"}),
        ("erase_case", "erase_case", {"sure": "1"}),
    ],
)
@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (409, "transition-not-allowed", "This cannot be done any more"),
        (409, "conflict", "This step was not accepted."),
        (429, "too-many-requests", "There were too many submissions."),
        (422, "idempotency-key-reused", "This form has already sent this step with other content."),
    ],
)
async def test_a_refused_step_says_why_at_its_field_and_keeps_what_was_typed(
    browser: httpx2.AsyncClient,
    answered: Upstream,
    step: str,
    field: str,
    typed: dict[str, str],
    status: int,
    code: str,
    reason: str,
) -> None:
    fields = Form((await opened(browser)).text).fields | typed
    answered.refusal = (status, code)
    answered.case |= {"rate_until": None, "reopen_until": None, "appeal": None}  # the case has moved on
    sent = {**fields, "step": step, "text": "Xin bổ sung"}
    refused = await browser.post(MAILBOX, data=sent, headers=ENGLISH)
    assert refused.status_code == 422
    assert f'id="{field}-problem">{reason}' in refused.text
    assert f'<a href="#{field}">' in refused.text
    assert f'id="{field}"' in refused.text
    shown = Form(refused.text).fields
    kept = {**typed, "text": "Xin bổ sung"}
    kept.pop("sure", None)
    assert {name: shown[name] for name in kept} == kept
    assert answered.messages == []


@pytest.mark.parametrize("name", ["rating_words", "reopen_reason", "appeal_reason"])
@pytest.mark.parametrize(("text", "reason"), [("x" * 2_001, "Longer than 2,000"), ("a\x07b", "control character")])
async def test_a_text_that_is_not_taken_stays_as_it_was_typed(
    browser: httpx2.AsyncClient, answered: Upstream, name: str, text: str, reason: str
) -> None:
    typed = {name: text, "rating": "solved", "step": name.partition("_")[0]}
    page = await browser.post(MAILBOX, data={"receipt_code": RECEIPT, **typed}, headers=ENGLISH)
    assert page.status_code == 422
    problem = re.search(rf'id="{name}-problem">([^<]*)<', page.text)
    assert problem is not None
    assert reason in problem[1]
    assert answered.steps == []


async def test_what_was_typed_for_a_step_survives_an_outage_and_is_not_sent_by_itself(
    browser: httpx2.AsyncClient, answered: Upstream
) -> None:
    page = await opened(browser)
    answered.away.add("feedback")
    typed = {"rating": "partly", "rating_words": "Chưa rõ phí.", "reopen_reason": "Lịch chưa có."}
    waiting = await press(browser, page, "step", "rating", **typed)
    assert waiting.status_code == 503
    answered.away.clear()
    again = await browser.post(MAILBOX, data=Form(waiting.text).fields, headers=ENGLISH)
    assert answered.steps == [], "the button there says that it opens the mailbox"
    shown = Form(again.text).fields
    assert {name: shown[name] for name in typed} == typed
    assert shown["step_key"] == Form(page.text).fields["step_key"]
    await press(browser, again, "step", "rating")
    assert answered.steps == [("rating", {"rating": "partly", "words": "Chưa rõ phí."})]


async def test_a_form_of_another_site_does_no_step(browser: httpx2.AsyncClient, answered: Upstream) -> None:
    data = {"receipt_code": RECEIPT, "step": "withdraw", "sure": "1", "step_key": "c" * 32}
    page = await browser.post(MAILBOX, data=data, headers={"sec-fetch-site": "cross-site", **ENGLISH})
    assert page.status_code == 403
    assert "c" * 32 not in page.text
    assert answered.steps == []


async def test_no_address_holds_a_code(browser: httpx2.AsyncClient, answered: Upstream) -> None:
    asked = await press(browser, await opened(browser), "step", "erase_case")
    for page in (asked, await press(browser, asked, "back")):
        addresses = re.findall(r'(?:href|action|formaction|src)="([^"]*)"', page.text)
        assert not any(RECEIPT in one or "step" in one for one in addresses)


async def test_an_answer_shows_its_points_promised_steps_and_former_ones(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    promise = {"promise_id": TASK["task_id"], "words": "Thử ở hai xã", "due_date": "2026-12-31"}
    kept = {**promise, "words": "Họp với tỉnh", "done_at": iso(NOW), "done_words": "Đã họp."}
    points = [{"point": "Bao giờ?", "answer": "Quý I."}]
    steps = [{**promise, "done_at": None, "done_words": None}, kept]
    upstream.answer = {**ANSWER, "points": points, "steps": steps, "correction_reason": "Sai ngày."}
    former = {**ANSWER, "text": "Chờ.", "responsible_organisation_id": BODY["organisation_id"]}
    former |= {"next_date": None, "published_at": iso(NOW - timedelta(days=1))}
    upstream.case |= {"former_answers": [former]}
    said = Document((await opened(browser)).text).text
    for part in ("Bao giờ?", "Quý I.", "Sai ngày.", "not done yet; due 31 December 2026", "Đã họp.", "Chờ."):
        assert part in said


async def test_an_idea_is_followed_to_its_task(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.answer = ANSWER
    upstream.case |= {"proposal": {**PROPOSAL, "tasks": []}}
    assert "A task is being opened" in (await opened(browser)).text
    upstream.case |= {"proposal": PROPOSAL}
    page = Document((await opened(browser)).text)
    for part in ("Mã QR đối chiếu hồ sơ", "Dùng mã QR ở mọi xã", "In progress", "Progress 45", "Thử ở hai xã"):
        assert part in page.text
    assert f"/tasks/{TASK['task_id']}" in page.links
    hidden = dict.fromkeys(("code", "title", "status", "percent", "current_deadline", "lead_organisation"))
    upstream.case |= {"proposal": {**PROPOSAL, "tasks": [{**TASK, **hidden, "stage": "not_public"}]}}
    page = Document((await opened(browser)).text)
    assert "Became a task that is not public" in page.text
    assert f"/tasks/{TASK['task_id']}" not in page.links


@pytest.mark.parametrize("language", NAMES)
async def test_a_case_with_all_that_can_be_done_is_whole_in_every_language(
    browser: httpx2.AsyncClient, answered: Upstream, language: str
) -> None:
    answered.case |= {"proposal": PROPOSAL, "message_due_at": UNTIL, "rating_reminded_at": iso(NOW)}
    page = Document(
        (await browser.post(MAILBOX, data={"receipt_code": RECEIPT}, headers={"accept-language": language})).text
    )
    assert page.inline == []
    assert len(set(page.ids)) == len(page.ids)
    assert "%(" not in page.text


async def test_an_address_for_news_is_taken_and_removed_without_script(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    upstream.notices = True
    page = await opened(browser)
    empty = await press(browser, page, "step", "notice")
    assert empty.status_code == 422
    assert "Write an e-mail address." in empty.text
    taken = await press(browser, empty, "step", "notice", notice_email="binh@example.invalid")
    assert "The address was taken. Mails say nothing of the case." in taken.text
    assert upstream.steps == [("notice", {"notice": {"email": "binh@example.invalid", "language": "en"}})]
    assert "binh@example.invalid" not in taken.text
    gone = await press(browser, taken, "step", "no_notice")
    assert "The address was erased. No more mails are sent." in gone.text
    assert upstream.steps[1:] == [("notice", {"notice": None})]


async def test_where_no_mails_are_sent_none_is_promised(browser: httpx2.AsyncClient) -> None:
    assert "notice" not in offered(await opened(browser))
    assert "No message is sent when there is an answer." in (await browser.get("/feedback", headers=ENGLISH)).text


async def test_the_mailbox_says_when_the_rest_is_erased_by_itself(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    assert "Nothing is erased by itself while an answer is owed." in (await opened(browser)).text
    upstream.case["retention"] = {
        "contact_until": iso(NOW + timedelta(days=365)),
        "text_until": iso(NOW + timedelta(days=1826)),
        "waits_for": None,
    }
    page = (await opened(browser)).text
    assert "Contact erased by itself" in page
    assert "Text erased by itself; the code opens nothing any more" in page


async def test_the_form_takes_an_address_for_news_from_anonymous_senders_too(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    upstream.notices = True
    form = (await browser.get("/feedback", headers=ENGLISH)).text
    assert "E-mail address for news (optional)" in form
    fields = Form(form).fields
    typed = {"kind": "feedback", "title": "a", "text": "b", "identity_level": "anonymous"}
    sent = await browser.post("/feedback/sent", data={**fields, **typed, "notice": "binh@example.invalid"})
    assert sent.status_code == 200
    [body] = upstream.submissions.values()
    assert body["notice"] == {"email": "binh@example.invalid", "language": "en"}
    assert body["identity_level"] == "anonymous"
