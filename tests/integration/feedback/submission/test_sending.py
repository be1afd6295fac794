"""Sending without an account: one receipt per key, however often and however simultaneously it is sent."""

import asyncio
import json
from typing import Any

import pytest
from tests.integration.feedback.conftest import KEY, MINISTRY, Service, a_submission, case_key, submission

from sixclear.common.checked_code import read_code
from sixclear.common.ids import stable_id


@pytest.mark.asyncio
async def test_a_submission_gets_a_receipt_and_a_due_date(service: Service) -> None:
    response = await service.send(submission())
    assert response.status_code == 201
    receipt = response.json()
    assert read_code(receipt["receipt_code"]) is not None
    assert receipt["received_at"] == "2025-11-03T03:00:00Z"
    assert receipt["due_at"] == "2025-11-24T10:00:00Z"
    assert receipt["due_soon_at"] == "2025-11-20T10:00:00Z"
    assert "15" in receipt["rule_vi"]
    assert response.headers["Cache-Control"] == "no-store"
    [event] = await service.events()
    assert (event.entity_type, event.change, event.version, event.previous_version) == (
        "submission",
        "received",
        1,
        None,
    )


@pytest.mark.asyncio
async def test_a_retry_gets_the_same_receipt(service: Service) -> None:
    first = await service.send(submission())
    assert "Idempotency-Replayed" not in first.headers
    for wait in (2, 24 * 30):
        service.clock.pass_by(hours=wait)
        again = await service.send(submission())
        assert (again.status_code, again.json()) == (201, first.json())
        assert again.headers["Idempotency-Replayed"] == "true"
    assert len(await service.events()) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("later_by_days", [0, 2])
async def test_a_retry_may_write_the_same_content_in_another_way(service: Service, later_by_days: int) -> None:
    first = await service.send(submission())
    service.clock.pass_by(days=later_by_days)
    spelled_out = submission() | {"visibility": "requester", "organisation_id": None, "consent": False}
    again = await service.send(dict(reversed(spelled_out.items())))
    assert (again.status_code, again.json()) == (201, first.json())


@pytest.mark.asyncio
async def test_the_key_of_a_submission_is_kept_with_it_alone(service: Service) -> None:
    await service.send(submission())
    await service.post("desk", "/submissions/on-behalf", submission(), **{"Idempotency-Key": KEY})
    assert len(await service.rows("submission")) == 2
    assert await service.rows("idempotency_key") == []


@pytest.mark.asyncio
async def test_a_retry_gets_the_same_receipt_while_the_case_goes_on(service: Service) -> None:
    first = await service.send(submission())
    submission_id = first.json()["submission_id"]
    await service.post("feedback-hub", f"/submissions/{submission_id}/triage", {"kind": "solution"})
    assert (await service.send(submission())).json() == first.json()


@pytest.mark.asyncio
@pytest.mark.parametrize("later_by_days", [0, 2])
async def test_the_same_key_for_something_else_is_refused(service: Service, later_by_days: int) -> None:
    await service.send(submission())
    service.clock.pass_by(days=later_by_days)
    response = await service.send(submission(text="Một ý khác."))
    assert (response.status_code, response.json()["code"]) == (422, "idempotency-key-reused")
    assert "receipt_code" not in response.text
    assert len(await service.rows("submission")) == 1


@pytest.mark.asyncio
async def test_a_retry_gets_its_receipt_also_when_it_would_be_refused_now(service: Service) -> None:
    idea = submission(visibility="sealed", embargo_until="2025-11-05")
    first = await service.send(idea)
    service.clock.pass_by(days=7)  # the embargo is over
    again = await service.send(idea)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert again.json()["receipt_code"] == first.json()["receipt_code"]
    refused = await service.send(idea, "another-key-of-the-sender")
    assert (refused.status_code, len(await service.rows("submission"))) == (422, 1)


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/submissions", "/submissions/on-behalf"])
async def test_many_retries_at_once_make_one_case(service: Service, path: str) -> None:
    key = {"Idempotency-Key": KEY}
    answers = await asyncio.gather(*(service.post("desk", path, submission(), **key) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.text for answer in answers}) == 1
    assert len(await service.rows("submission")) == 1
    assert len(await service.rows("contact")) == 1
    assert len(await service.events()) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("key", [None, "", "short", "0" * 15, "0" * 201, "with space 0123456789", "é" * 20, "a\tb" * 8])
async def test_a_key_is_needed_that_nobody_guesses(service: Service, key: str | None) -> None:
    headers = {} if key is None else {"Idempotency-Key": key.encode()}
    response = await service.http.post("/api/feedback/v1/submissions", json=submission(), headers=headers)  # type: ignore[arg-type]
    assert response.status_code == 400, response.text
    assert response.json()["code"] in {"idempotency-key-required", "invalid-idempotency-key"}
    assert await service.rows("submission") == []


@pytest.mark.asyncio
@pytest.mark.parametrize("key", ["0" * 16, "0" * 200])
async def test_keys_of_the_permitted_lengths(service: Service, key: str) -> None:
    assert (await service.send(submission(), key)).status_code == 201


@pytest.mark.asyncio
@pytest.mark.parametrize(("kind", "law"), [("complaint", "02/2011/QH13"), ("denunciation", "25/2018/QH14")])
async def test_complaints_and_denunciations_are_shown_their_way(service: Service, kind: str, law: str) -> None:
    response = await service.send(submission(kind=kind))
    assert (response.status_code, response.json()["code"]) == (422, "complaint-turned-away")
    assert law in response.json()["detail"]
    assert law in response.json()["guidance"]["vi"]
    assert response.json()["errors"][0]["pointer"] == "#/kind"
    assert await service.rows("submission") == []
    assert await service.rows("idempotency_key") == []


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", ["feedback", "recommendation", "initiative", "solution"])
async def test_the_four_kinds_need_no_contact(service: Service, kind: str) -> None:
    await a_submission(service, kind=kind, sender={})
    assert await service.rows("contact") == []


@pytest.mark.asyncio
async def test_only_an_initiative_is_sealed(service: Service) -> None:
    refused = await service.send(submission(kind="solution", visibility="sealed"))
    assert (refused.status_code, refused.json()["code"]) == (422, "visibility-not-allowed")
    submission_id, _ = await a_submission(service, visibility="sealed")
    [row] = (await service.get("/submissions"))["items"]
    assert (row["submission_id"], row["title"]) == (str(submission_id), None)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "petition"),
        ("title", ""),
        ("title", "   "),
        ("title", "x" * 301),
        ("title", None),
        ("text", "x" * 10_001),
        ("text", "a\x00b"),
        ("text", "\ud800"),
        ("programme", "Not A Slug"),
        ("organisation_id", "G 06"),
        ("visibility", "secret"),
        ("sender", {"kind": "robot"}),
        ("sender", {"email": "nobody"}),
        ("sender", {"email": "binh@example.invalid\n"}),
        ("sender", {"email": "binh@example.invalid\x1f"}),
        ("sender", {"phone": "call me"}),
        ("sender", {"phone": "0912345678\n"}),
        ("sender", {"name": "x" * 301}),
        ("consent", "perhaps"),
        ("demonstration", True),
        ("occurred_at", "2025-01-01T00:00:00Z"),
        ("unknown", 1),
    ],
)
async def test_what_cannot_be_sent_is_refused_without_a_trace(service: Service, field: str, value: Any) -> None:
    response = await service.http.post(
        "/api/feedback/v1/submissions",
        content=as_json(submission() | {field: value}),
        headers={"Idempotency-Key": KEY, "Content-Type": "application/json"},
    )
    assert (response.status_code, response.json()["code"]) == (422, "invalid-request")
    assert response.json()["errors"]
    assert await service.rows("submission") == []
    assert await service.events() == []


def as_json(body: Any) -> bytes:
    """JSON also of half a surrogate pair, which httpx would refuse to send."""
    return json.dumps(body).encode()


@pytest.mark.asyncio
async def test_a_desk_enters_what_somebody_brought(service: Service) -> None:
    body = submission(sender={"kind": "commune"})
    response = await service.post("desk", "/submissions/on-behalf", body, **{"Idempotency-Key": KEY})
    assert response.status_code == 201, response.text
    assert response.json()["submission_id"] == str(stable_id("submission", "desk", KEY))
    by_the_public = await service.send(body)
    assert by_the_public.json()["receipt_code"] != response.json()["receipt_code"]
    detail = await service.get(f"/submissions/{response.json()['submission_id']}")
    assert (detail["on_behalf_by"], detail["sender_kind"]) == ("desk", "commune")


@pytest.mark.asyncio
async def test_what_the_sender_names_is_published_only_when_a_handler_says_so(service: Service) -> None:
    submission_id, code = await a_submission(service, programme="anything-at-all", organisation_id=str(MINISTRY))
    path = f"/submissions/{submission_id}"
    await service.post("feedback-hub", f"{path}/triage", {})
    await service.post("feedback-hub", f"{path}/triage", {"programme": "nq57-central"})
    await service.post("feedback-hub", f"{path}/assign", {"organisation_id": str(MINISTRY)})
    assert [(event.data["programme"], event.data["organisation_id"]) for event in await service.events()] == [
        (None, None),
        (None, None),
        ("nq57-central", None),
        ("nq57-central", str(MINISTRY)),
    ]
    assert "anything-at-all" not in str([event.data for event in await service.events()])
    for seen in (await service.get(path), (await service.get("/submissions"))["items"][0], await service.case(code)):
        assert (seen["suggested_programme"], seen["programme"]) == ("anything-at-all", "nq57-central")


@pytest.mark.asyncio
@pytest.mark.parametrize(("client_id", "programme"), [("feedback-hub", "nq57-central"), ("ministry", None)])
async def test_only_the_hub_sets_the_programme_of_what_it_enters(
    service: Service, client_id: str, programme: str | None
) -> None:
    response = await service.post(client_id, "/submissions/on-behalf", submission(), **{"Idempotency-Key": KEY})
    assert response.status_code == 201, response.text
    [event] = await service.events()
    assert event.data["programme"] == programme
    [row] = await service.rows("submission")
    assert row["suggested_programme"] == "nq57-central"


@pytest.mark.asyncio
async def test_one_address_cannot_send_without_end(service: Service) -> None:
    for number in range(30):
        await a_submission(service, f"{number:020d}")
    limited = await service.send(submission())
    assert (limited.status_code, limited.json()["code"]) == (429, "too-many-submissions")
    assert 1 <= int(limited.headers["Retry-After"]) <= 10
    assert len(await service.rows("submission")) == 30
    elsewhere = await service.send(submission(), **{"X-Forwarded-For": "198.51.100.7"})
    assert elsewhere.status_code == 201
    by_the_desk = await service.post("desk", "/submissions/on-behalf", submission(), **{"Idempotency-Key": KEY})
    assert by_the_desk.status_code == 201


@pytest.mark.asyncio
async def test_records_of_the_past_need_their_scope(service: Service) -> None:
    body = submission(occurred_at="2025-09-10T02:00:00Z", demonstration=True)
    refused = await service.post("desk", "/submissions/on-behalf", body, **{"Idempotency-Key": KEY})
    assert (refused.status_code, refused.json()["code"]) == (403, "facts-past-not-allowed")
    taken = await service.post("feedback-hub", "/submissions/on-behalf", body, **{"Idempotency-Key": KEY})
    assert taken.status_code == 201, taken.text
    assert taken.json()["received_at"] == "2025-09-10T02:00:00Z"
    assert taken.json()["due_at"] == "2025-10-01T10:00:00Z"
    [event] = await service.events()
    assert event.data["demonstration"] is True
    [row] = (await service.get("/submissions", overdue=True))["items"]
    assert row["clock_state"] == "overdue"
    future = submission(occurred_at="2025-11-04T02:00:00Z")
    answer = await service.post("feedback-hub", "/submissions/on-behalf", future, **{"Idempotency-Key": KEY + "2"})
    assert (answer.status_code, answer.json()["code"]) == (422, "fact-in-future")


@pytest.mark.asyncio
async def test_a_contact_is_kept_as_it_can_be_used_or_refused_with_words_that_help(service: Service) -> None:
    sent = await service.send(
        submission(sender={"email": "binh＠example.invalid\u200b", "phone": "(024)\u00a03826 1234"})
    )
    assert sent.status_code == 201, sent.text
    [contact] = await service.rows("contact")
    key = await case_key(service, contact["submission_id"], "identity")
    kept = [key.open(f"contact.{name}", key.case_id, contact[f"{name}_sealed"]) for name in ("email", "phone")]
    assert kept == ["binh@example.invalid", "(024) 3826 1234"]
    refused = await service.send(submission(sender={"email": "nobody", "phone": "call me"}), KEY + "x")
    assert {error["pointer"]: error["code"] for error in refused.json()["errors"]} == {
        "#/sender/email": "email-unreadable",
        "#/sender/phone": "phone-unreadable",
    }
    assert "0912 345 678" in refused.text
    assert "name@example.org" in refused.text
