"""The mailbox: opened by the receipt code alone, in both directions, closed to those who guess."""

import asyncio

import pytest
from tests.integration.feedback.conftest import Service, a_submission, an_answer, an_assigned_submission

from sixclear.feedback.submission.receipts import Receipts


@pytest.mark.asyncio
async def test_the_sender_sees_the_case_and_why_it_is_due_then(service: Service) -> None:
    service.clock.pass_by(days=-77)  # a term over National Day 2025
    submission_id, code = await a_submission(service)
    case = await service.case(code)
    assert (case["submission_id"], case["status"], case["outcome"]) == (str(submission_id), "received", None)
    assert case["text"].startswith("Các viện")
    clock = case["clock"]
    assert (clock["working_days"], clock["state"], clock["pauses"]) == (15, "in_time", [])
    assert clock["started_at"] == case["received_at"] == "2025-08-18T03:00:00Z"
    assert clock["due_at"] == case["due_at"] == "2025-09-10T10:00:00Z"
    assert [day["day"] for day in clock["special_days"]] == ["2025-09-01", "2025-09-02"]
    assert "17:00" in clock["rule_en"]
    assert (clock["calendar_edition"], clock["provisional"], clock["first_due_at"]) == ("2026.2", False, None)


@pytest.mark.asyncio
async def test_the_code_opens_as_people_type_it(service: Service) -> None:
    _, code = await a_submission(service)
    sloppy = code.lower().replace("-", "").replace("0", "o").replace("1", "i")
    assert (await service.case(sloppy))["status"] == "received"


@pytest.mark.asyncio
async def test_the_code_opens_as_a_page_or_a_chat_copies_it(service: Service) -> None:
    _, code = await a_submission(service)
    copied = "\u2068" + code[:7] + "\u00ad" + code[7:].replace("-", "\u2212") + "\u2069\u200b"
    assert (await service.case(copied))["status"] == "received"
    sent = await service.public("/mailbox/messages", {"receipt_code": copied, "text": "Xin bổ sung"})
    assert sent.status_code == 201
    assert (await service.case(f"Mã biên nhận của bạn là {code}. Hãy giữ kỹ mã này."))["status"] == "received"


@pytest.mark.asyncio
async def test_sender_and_handler_write_to_each_other(service: Service) -> None:
    submission_id, code = await a_submission(service)
    asked = await service.post("feedback-hub", f"/submissions/{submission_id}/messages", {"text": "Viện nào?"})
    assert asked.status_code == 201, asked.text
    service.clock.pass_by(hours=1)
    sent = await service.public("/mailbox/messages", {"receipt_code": code, "text": "Viện Vật lý"})
    assert (sent.status_code, sent.json()["author"]) == (201, "sender")
    assert "Vật lý" not in sent.text
    messages = (await service.case(code))["messages"]
    assert [(message["author"], message["text"]) for message in messages] == [
        ("handler", "Viện nào?"),
        ("sender", "Viện Vật lý"),
    ]
    assert [event.change for event in await service.events()] == ["received", "message_added", "message_added"]
    assert (await service.get(f"/submissions/{submission_id}"))["messages"] == messages


@pytest.mark.asyncio
async def test_a_retried_message_is_there_once(service: Service) -> None:
    _, code = await a_submission(service)
    body = {"receipt_code": code, "text": "Xin bổ sung"}
    answers = await asyncio.gather(
        *(service.public("/mailbox/messages", body, **{"Idempotency-Key": "m" * 16}) for _ in range(3))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len((await service.case(code))["messages"]) == 1


@pytest.mark.asyncio
async def test_a_message_that_is_sent_again_after_an_upgrade_is_there_once(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, code = await a_submission(service)
    body, key = {"receipt_code": code, "text": "Xin bổ sung"}, {"Idempotency-Key": "m" * 16}
    with monkeypatch.context() as before:  # up to 0.1 a key belonged to the hash that the case has
        before.setattr(Receipts, "owner_hash", Receipts.lookup_hash)
        first = await service.public("/mailbox/messages", body, **key)
    again = await service.public("/mailbox/messages", body, **key)
    assert (again.headers["Idempotency-Replayed"], again.json()) == ("true", first.json())
    assert len((await service.case(code))["messages"]) == 1
    other = await service.public("/mailbox/messages", body | {"text": "Khác"}, **key)
    assert other.json()["code"] == "idempotency-key-reused"
    changed = await service.public("/mailbox/code", {"receipt_code": code}, **{"Idempotency-Key": "c" * 16})
    assert (await service.public("/mailbox/messages", body, **key)).status_code == 404
    service.clock.pass_by(hours=25)
    body["receipt_code"] = changed.json()["receipt_code"]
    assert "Idempotency-Replayed" not in (await service.public("/mailbox/messages", body, **key)).headers


@pytest.mark.asyncio
async def test_two_strangers_with_the_same_weak_key_do_not_meet(service: Service) -> None:
    weak = {"Idempotency-Key": "1"}
    codes = [(await a_submission(service, key=sign * 16))[1] for sign in "ab"]
    for code in codes:
        body = {"receipt_code": code, "text": "Xin bổ sung"}
        sent = [await service.public("/mailbox/messages", body, **weak) for _ in range(2)]
        assert [answer.status_code for answer in sent] == [201, 201]
        assert sent[1].headers["Idempotency-Replayed"] == "true"
        assert len((await service.case(code))["messages"]) == 1
    other = await service.public("/mailbox/messages", {"receipt_code": codes[0], "text": "Khác"}, **weak)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    kept = str(await service.rows("idempotency_key"))
    assert not any(form in kept for code in codes for form in (code, code.replace("-", "")))


@pytest.mark.asyncio
@pytest.mark.parametrize("body", ["", "[" * 3000, "null", "[]", '{"receipt_code": 5}', '{"receipt_code": "\\ud800"}'])
async def test_a_body_that_names_no_case_is_refused_with_a_key_too(service: Service, body: str) -> None:
    for path in ("/mailbox", "/mailbox/messages"):
        headers = {"Idempotency-Key": "1", "Content-Type": "application/json"}
        response = await service.http.post(f"{service.prefix}{path}", content=body, headers=headers)
        assert 400 <= response.status_code < 500, response.text
    assert all(row["client_id"] == "public" for row in await service.rows("idempotency_key"))


@pytest.mark.asyncio
async def test_messages_at_once_keep_an_order_without_holes(service: Service) -> None:
    _, code = await a_submission(service)
    answers = await asyncio.gather(
        *(service.public("/mailbox/messages", {"receipt_code": code, "text": f"số {n}"}) for n in range(3))
    )
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert [event.version for event in await service.events()] == [1, 2, 3, 4]
    full = await service.public("/mailbox/messages", {"receipt_code": code, "text": "nữa"})
    assert (full.status_code, full.json()["code"]) == (409, "mailbox-full")


@pytest.mark.asyncio
async def test_a_draft_is_seen_by_nobody_and_the_answer_by_the_sender(service: Service) -> None:
    submission_id, code = await an_assigned_submission(service)
    drafted = await service.post("feedback-hub", f"/submissions/{submission_id}/answers", an_answer())
    assert (await service.case(code))["answer"] is None
    answer_id = drafted.json()["answer_id"]
    path = f"/submissions/{submission_id}/answers/{answer_id}/publish"
    assert (await service.post("feedback-publisher", path, {})).status_code == 200
    case = await service.case(code)
    assert (case["status"], case["outcome"], case["clock"]["state"]) == ("answered", "accepted", "answered")
    assert case["answer"]["legal_basis"] == "Nghị quyết 57-NQ/TW, mục III.4"
    assert "drafted_by" not in case["answer"]


@pytest.mark.asyncio
@pytest.mark.parametrize("code", ["0000-0000-0000-0000-0", "0000-0000-0000-0000-1", "nonsense", "-", "'; DROP TABLE x"])
async def test_a_code_that_opens_nothing(service: Service, code: str) -> None:
    for path, body in (("/mailbox", {}), ("/mailbox/messages", {"text": "x"})):
        response = await service.public(path, {"receipt_code": code} | body)
        assert (response.status_code, response.json()["code"]) == (404, "mailbox-not-found")
        assert code not in response.text or len(code) < 2


@pytest.mark.asyncio
async def test_who_guesses_is_stopped_and_others_are_not(service: Service) -> None:
    _, code = await a_submission(service)
    wrong = {"receipt_code": "0000-0000-0000-0000-0"}
    guesser, neighbour = {"X-Forwarded-For": "203.0.113.7"}, {"X-Forwarded-For": "203.0.113.8"}
    answers = [await service.public("/mailbox", wrong, **guesser) for _ in range(12)]
    assert [answer.status_code for answer in answers] == [404] * 10 + [429] * 2
    assert answers[-1].json()["code"] == "too-many-attempts"
    assert int(answers[-1].headers["Retry-After"]) >= 1
    stopped = await service.public("/mailbox/messages", {"receipt_code": code, "text": "x"}, **guesser)
    assert stopped.status_code == 429
    for _ in range(15):
        assert (await service.public("/mailbox", {"receipt_code": code}, **neighbour)).status_code == 200


@pytest.mark.asyncio
async def test_an_opened_mailbox_is_kept_by_nobody(service: Service) -> None:
    _, code = await a_submission(service)
    opened = await service.public("/mailbox", {"receipt_code": code}, **{"Idempotency-Key": "1" * 20})
    assert opened.headers["Cache-Control"] == "no-store"
    assert all(row["body"] is None for row in await service.rows("idempotency_key"))
    again = await service.public("/mailbox", {"receipt_code": code}, **{"Idempotency-Key": "1" * 20})
    assert again.json() == opened.json()


@pytest.mark.asyncio
async def test_a_message_on_an_answered_case_reopens_nothing_and_the_handler_finds_it(service: Service) -> None:
    async def waiting(client_id: str = "feedback-hub", answer: bool = True) -> list[str]:
        response = await service.http.get(
            f"{service.prefix}/submissions",
            params={"sender_wrote_last": answer},
            headers=service.headers(client_id),
        )
        assert response.status_code == 200, response.text
        items = response.json()["items"]
        assert {item["sender_wrote_last"] for item in items} <= {answer}
        return [item["submission_id"] for item in items]

    submission_id, code = await an_assigned_submission(service)
    case = f"/submissions/{submission_id}"
    quiet, _ = await a_submission(service, "q" * 16)
    say = {"receipt_code": code, "text": "Xin bổ sung"}
    assert (await waiting(), sorted(await waiting(answer=False))) == ([], sorted([str(submission_id), str(quiet)]))
    await service.public("/mailbox/messages", say)
    assert await waiting() == await waiting("ministry") == [str(submission_id)]
    assert await waiting("other-ministry") == []
    drafted = await service.post("feedback-hub", f"{case}/answers", an_answer())
    assert await waiting() == [str(submission_id)]
    published = f"{case}/answers/{drafted.json()['answer_id']}/publish"
    answered = (await service.post("feedback-publisher", published, {})).json()
    assert (answered["status"], answered["sender_wrote_last"], await waiting()) == ("answered", False, [])
    service.clock.pass_by(days=1)
    assert (await service.public("/mailbox/messages", say)).status_code == 201
    assert await waiting() == [str(submission_id)]
    shown = await service.get(case)
    assert {name: shown[name] for name in ("status", "outcome", "answered_at", "clock_state", "sender_wrote_last")} == {
        **{name: answered[name] for name in ("status", "outcome", "answered_at", "clock_state")},
        "sender_wrote_last": True,
    }
    await service.post("feedback-hub", f"{case}/messages", {"text": "Cảm ơn"})
    assert await waiting() == []
