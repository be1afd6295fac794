"""The case desk: triage, assignment, an answer by two persons, lists, and a contact that is read with a reason only."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import text
from tests.integration.feedback.conftest import (
    HUB,
    KEY,
    MINISTRY,
    OTHER_MINISTRY,
    Service,
    a_submission,
    an_answer,
    an_assigned_submission,
    an_opened_contact,
    case_key,
)

from sixclear.common.bus.envelope import encode_stored
from sixclear.feedback.sealing.service import open_reason


@pytest.mark.asyncio
async def test_from_receipt_to_answer(service: Service) -> None:
    submission_id, _ = await an_assigned_submission(service)
    path = f"/submissions/{submission_id}"
    drafted = await service.post("feedback-hub", f"{path}/answers", an_answer())
    assert (drafted.status_code, drafted.json()["drafted_by"]) == (201, "feedback-hub")
    published = await service.post("feedback-publisher", f"{path}/answers/{drafted.json()['answer_id']}/publish", {})
    assert published.status_code == 200, published.text
    assert (published.json()["status"], published.json()["outcome"]) == ("answered", "accepted")
    events = await service.events()
    assert [event.change for event in events] == ["received", "triaged", "assigned", "answer_drafted", "answered"]
    assert [event.previous_version for event in events] == [None, 1, 2, 3, 4]
    assert events[-1].data["answered_at"] == "2025-11-03T03:00:00Z"
    [answer] = (await service.get(path))["answers"]
    assert (answer["drafted_by"], answer["published_by"]) == ("feedback-hub", "feedback-publisher")


@pytest.mark.asyncio
async def test_the_client_that_drafted_does_not_publish(service: Service) -> None:
    submission_id, _ = await an_assigned_submission(service)
    drafted = await service.post("feedback-hub", f"/submissions/{submission_id}/answers", an_answer())
    path = f"/submissions/{submission_id}/answers/{drafted.json()['answer_id']}/publish"
    refused = await service.post("feedback-hub", path, {})
    assert (refused.status_code, refused.json()["code"]) == (403, "publication-by-drafter")
    assert (await service.get(f"/submissions/{submission_id}"))["status"] == "in_review"
    assert (await service.post("desk", path, {})).json()["code"] == "insufficient-scope"


@pytest.mark.asyncio
async def test_four_eyes_are_two_persons_and_the_record_says_which(service: Service) -> None:
    submission_id, _ = await an_assigned_submission(service)
    path = f"{service.prefix}/submissions/{submission_id}/answers"

    async def post(path: str, body: Any, **claims: Any) -> httpx2.Response:
        token = service.issuer.token(
            "feedback:handle", "feedback:publish", organisation_id=HUB, **({"position": None} | claims)
        )
        return await service.http.post(path, json=body, headers={"Authorization": f"Bearer {token}"})

    lan = {"client_id": "portal", "sub": "lan", "azp": "portal", "auth_time": 1_700_000_000}
    nobody = await post(path, an_answer(), client_id="hub-a")
    assert (nobody.status_code, nobody.json()["code"]) == (403, "person-not-known")
    drafted = await post(path, an_answer(), **lan)
    assert (drafted.status_code, drafted.json()["drafted_by"]) == (201, "portal"), drafted.text
    publish = f"{path}/{drafted.json()['answer_id']}/publish"
    for claims, code in (
        (lan, "publication-by-drafter"),
        ({"client_id": "hub-b", "position": "publication"}, "publication-by-drafter"),
        ({"client_id": "hub-b"}, "person-not-known"),
    ):
        assert (await post(publish, {}, **claims)).json()["code"] == code
    assert (await post(publish, {}, **(lan | {"sub": "hung"}))).status_code == 200
    [answer] = (await service.get(f"/submissions/{submission_id}"))["answers"]
    assert (answer["drafted_by"], answer["published_by"]) == ("portal", "portal")
    assert (answer["drafted_person"], answer["published_person"]) == ("lan", "hung")


@pytest.mark.asyncio
async def test_a_draft_of_the_release_before_is_published_by_another_client(service: Service) -> None:
    submission_id, _ = await an_assigned_submission(service)
    drafted = await service.post("feedback-hub", f"/submissions/{submission_id}/answers", an_answer())
    async with service.database.session() as session, session.begin():
        await session.execute(text("UPDATE answer SET drafted_person = NULL, drafted_position = NULL"))
    path = f"/submissions/{submission_id}/answers/{drafted.json()['answer_id']}/publish"
    assert (await service.post("feedback-hub", path, {})).json()["code"] == "publication-by-drafter"
    assert (await service.post("feedback-publisher", path, {})).status_code == 200


@pytest.mark.asyncio
async def test_an_answer_is_published_once(service: Service) -> None:
    submission_id, _ = await an_assigned_submission(service)
    paths = []
    for _ in range(2):
        drafted = await service.post("feedback-hub", f"/submissions/{submission_id}/answers", an_answer())
        paths.append(f"/submissions/{submission_id}/answers/{drafted.json()['answer_id']}/publish")
    assert (await service.post("feedback-publisher", paths[1], {})).status_code == 200
    for path in paths:
        refused = await service.post("feedback-publisher", path, {})
        assert (refused.status_code, refused.json()["code"]) == (409, "transition-not-allowed")


@pytest.mark.asyncio
@pytest.mark.parametrize("missing", ["outcome", "reason", "legal_basis", "responsible_organisation_id", "text"])
async def test_an_answer_without_substance_is_not_taken(service: Service, missing: str) -> None:
    submission_id, _ = await an_assigned_submission(service)
    path = f"/submissions/{submission_id}/answers"
    for body in (an_answer(**{missing: ""}), {k: v for k, v in an_answer().items() if k != missing}):
        refused = await service.post("feedback-hub", path, body)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"#/{missing}")
    assert await service.rows("answer") == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("next_date", 1),
        ("next_date", "20251231"),
        ("next_date", "2025-12-31T00:00:00Z"),
        ("next_date", "9999-12-31"),
        ("next_date", "2101-01-01"),
        ("next_date", "2025-11-02"),
        ("occurred_at", 1_762_138_800),
        ("occurred_at", "1762138800"),
        ("occurred_at", "2025-11-03T00:00:00"),
    ],
)
async def test_a_time_that_has_to_be_guessed_is_not_taken(service: Service, field: str, value: Any) -> None:
    submission_id, _ = await an_assigned_submission(service)
    refused = await service.post("feedback-hub", f"/submissions/{submission_id}/answers", an_answer(**{field: value}))
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["pointer"] == f"#/{field}"


@pytest.mark.asyncio
async def test_a_transfer_keeps_the_first_clock(service: Service) -> None:
    submission_id, _ = await an_assigned_submission(service)
    service.clock.pass_by(days=4)
    body = {"organisation_id": str(OTHER_MINISTRY), "reason": "Đúng thẩm quyền"}
    path, told = f"/submissions/{submission_id}/assign", {"X-Request-ID": "call-from-the-desk"}
    moved = await service.post("feedback-hub", path, body, **told)
    assert (moved.json()["organisation_id"], moved.json()["due_at"]) == (str(OTHER_MINISTRY), "2025-11-24T10:00:00Z")
    event = (await service.events())[-1]
    assert event.meta["request_id"] == "call-from-the-desk"
    assert open_reason(await case_key(service, submission_id), event.meta["reason"]) == "Đúng thẩm quyền"
    assert "reason" not in event.data
    assert "call-from-the-desk" not in str(encode_stored(event, "feedback", service.log.epoch))


@pytest.mark.asyncio
async def test_steps_out_of_order_change_nothing(service: Service) -> None:
    submission_id, _ = await a_submission(service)
    path = f"/submissions/{submission_id}"
    for step, body in (("assign", {"organisation_id": str(MINISTRY)}), ("answers", an_answer())):
        refused = await service.post("feedback-hub", f"{path}/{step}", body)
        assert (refused.status_code, refused.json()["code"]) == (409, "transition-not-allowed")
    assert len(await service.events()) == 1


@pytest.mark.asyncio
async def test_a_step_on_an_older_version_is_refused(service: Service) -> None:
    submission_id, _ = await a_submission(service)
    path = f"/submissions/{submission_id}/triage"
    first = await service.post("feedback-hub", path, {}, **{"If-Match": '"1.1"'})
    assert (first.status_code, first.headers["ETag"]) == (200, '"1.2"')
    stale = await service.post("feedback-hub", path, {}, **{"If-Match": '"1.1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")


@pytest.mark.asyncio
async def test_a_retried_step_is_taken_once(service: Service) -> None:
    submission_id, _ = await an_assigned_submission(service)
    path, key = f"/submissions/{submission_id}/answers", {"Idempotency-Key": KEY}
    first = await service.post("feedback-hub", path, an_answer(), **key)
    again = await service.post("feedback-hub", path, an_answer(), **key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert len(await service.rows("answer")) == 1
    assert all("Bộ sẽ công bố" not in str(bytes(row["body"] or b"")) for row in await service.rows("idempotency_key"))


@pytest.mark.asyncio
async def test_facts_of_the_past_are_told_in_order(service: Service) -> None:
    submission_id, _ = await a_submission(service)
    service.clock.pass_by(days=5)
    path = f"/submissions/{submission_id}"
    triage = await service.post("feedback-hub", f"{path}/triage", {"occurred_at": "2025-11-05T02:00:00Z"})
    assert triage.status_code == 200
    for client_id, at, code in (
        ("feedback-hub", "2025-11-04T02:00:00Z", "fact-behind-last-change"),
        ("feedback-hub", "2026-01-01T00:00:00Z", "fact-in-future"),
        ("desk", "2025-11-06T02:00:00Z", "facts-past-not-allowed"),
    ):
        body = {"organisation_id": str(MINISTRY), "occurred_at": at}
        assert (await service.post(client_id, f"{path}/assign", body)).json()["code"] == code


@pytest.mark.asyncio
async def test_the_list_is_narrowed_and_paged_by_due_time(service: Service) -> None:
    ids = []
    for number in range(5):
        kind = "solution" if number % 2 else "feedback"
        submission_id, _ = await a_submission(service, f"{number:020d}", kind=kind)
        ids.append(str(submission_id))
        service.clock.pass_by(days=1)
    await service.post("feedback-hub", f"/submissions/{ids[1]}/triage", {})
    await service.post("feedback-hub", f"/submissions/{ids[1]}/assign", {"organisation_id": str(MINISTRY)})

    async def found(**params: str | int | bool) -> list[str]:
        return [row["submission_id"] for row in (await service.get("/submissions", **params))["items"]]

    assert await found(kind="solution") == [ids[1], ids[3]]
    assert await found(status="assigned") == [ids[1]]
    assert await found(organisation=str(MINISTRY)) == [ids[1]]
    assert await found(overdue=True) == []
    service.clock.now = service.clock.now.replace(month=11, day=25, hour=12)
    assert await found(overdue=True) == ids[:2]
    assert await found(overdue=False) == ids[2:]
    page = await service.get("/submissions", limit=2)
    assert [row["submission_id"] for row in page["items"]] == ids[:2]
    rest = await service.get("/submissions", limit=3, cursor=page["next"])
    assert rest["total"] == page["total"] == len(page["items"]) + len(rest["items"])
    assert [row["submission_id"] for row in rest["items"]] == ids[2:]
    assert rest["next"] is None
    refused = await service.http.get(
        "/api/feedback/v1/submissions",
        params={"cursor": page["next"], "kind": "solution"},
        headers=service.headers("feedback-hub"),
    )
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid-cursor")


@pytest.mark.asyncio
async def test_a_contact_is_read_with_a_reason_and_its_owner_sees_that(service: Service) -> None:
    submission_id, code = await a_submission(service)
    path = f"/submissions/{submission_id}/contact"
    assert (await service.post("desk", path, {})).status_code == 422
    assert (await service.post("desk", path, {"reason": " "})).status_code == 422
    await an_opened_contact(service, submission_id)
    assert await service.rows("access_log") == []
    read = await service.post("desk", path, {"reason": "Gọi lại để hỏi địa điểm"})
    assert read.json() == {"name": "Trần Thị Bình", "email": "binh@example.invalid", "phone": "+84 912 345 678"}
    assert read.headers["Cache-Control"] == "no-store"
    [access] = await service.rows("access_log")
    assert (access["client_id"], access["what"], access["reason"]) == ("desk", "contact", None)
    key = await case_key(service, submission_id)
    said = key.open("access_log.reason", access["access_id"], access["reason_sealed"])
    assert said == "Gọi lại để hỏi địa điểm"
    (read,) = (await service.case(code))["accesses"]
    assert (read["what"], read["read_at"]) == ("contact", "2025-11-03T03:00:00Z")
    assert read["organisation"]["code"] == "P57", "the sender sees which body, and no person"


@pytest.mark.asyncio
async def test_no_key_hides_a_reading_or_outlives_a_transfer(service: Service) -> None:
    submission_id, code = await an_assigned_submission(service, visibility="sealed")
    address = f"{service.prefix}/submissions/{submission_id}"
    headers = service.headers("ministry") | {"Idempotency-Key": KEY}
    assert [(await service.http.get(address, headers=headers)).status_code for _ in range(3)] == [200] * 3
    assert [access["what"] for access in (await service.case(code))["accesses"]] == ["sealed_text"] * 3
    assert all(row["body"] is None for row in await service.rows("idempotency_key"))
    other = {"organisation_id": str(OTHER_MINISTRY)}
    assert (await service.post("feedback-hub", f"/submissions/{submission_id}/assign", other)).status_code == 200
    assert (await service.http.get(address, headers=headers)).status_code == 404


@pytest.mark.asyncio
async def test_reading_a_sealed_initiative_is_seen_by_its_author(service: Service) -> None:
    submission_id, code = await a_submission(service, visibility="sealed")
    open_id, _ = await a_submission(service, KEY + "2")
    await service.get(f"/submissions/{submission_id}")
    await service.get(f"/submissions/{open_id}")
    assert [access["what"] for access in (await service.case(code))["accesses"]] == ["sealed_text"]
    assert len(await service.rows("access_log")) == 1


@pytest.mark.asyncio
async def test_what_is_not_there_is_not_found(service: Service) -> None:
    submission_id, _ = await an_assigned_submission(service)
    unknown = uuid4()
    bodies = {
        "triage": {},
        "assign": {"organisation_id": str(MINISTRY)},
        "messages": {"text": "x"},
        "answers": an_answer(),
        "contact": {"reason": "x"},
    }
    for step, body in bodies.items():
        response = await service.post("feedback-hub", f"/submissions/{unknown}/{step}", body)
        assert (response.status_code, response.json()["code"]) == (404, "submission-not-found")
    path = f"/submissions/{submission_id}/answers/{unknown}/publish"
    assert (await service.post("feedback-publisher", path, {})).json()["code"] == "answer-not-found"


@pytest.mark.asyncio
async def test_a_ministry_handles_what_is_assigned_to_it_and_sees_nothing_else(service: Service) -> None:
    waiting_id, _ = await a_submission(service)
    submission_id, _ = await an_assigned_submission(service, KEY + "2")

    async def seen_by(client_id: str) -> list[str]:
        response = await service.http.get("/api/feedback/v1/submissions", headers=service.headers(client_id))
        return [row["submission_id"] for row in response.json()["items"]]

    assert await seen_by("feedback-hub") == sorted([str(waiting_id), str(submission_id)])
    assert await seen_by("ministry") == [str(submission_id)]
    assert await seen_by("other-ministry") == []
    path = f"/submissions/{submission_id}"
    drafted = await service.post("ministry", f"{path}/answers", an_answer())
    assert drafted.status_code == 201
    before = await service.rows("access_log")
    for step, body in (
        ("messages", {"text": "x"}),
        ("answers", an_answer()),
        ("contact", {"reason": "x"}),
        ("triage", {}),
        (f"answers/{drafted.json()['answer_id']}/publish", {}),
    ):
        response = await service.post("other-ministry", f"{path}/{step}", body)
        assert (response.status_code, response.json()["code"]) == (404, "submission-not-found"), step
    assert await service.rows("access_log") == before
    for step, body in (("triage", {}), ("assign", {"organisation_id": str(OTHER_MINISTRY)})):
        response = await service.post("ministry", f"{path}/{step}", body)
        assert (response.status_code, response.json()["code"]) == (403, "organisation-not-allowed")


@pytest.mark.asyncio
async def test_a_case_that_came_to_the_wrong_body_goes_on_to_another_one_which_answers_itself(service: Service) -> None:
    submission_id, code = await an_assigned_submission(service)
    path = f"/submissions/{submission_id}"
    former = (await service.post("ministry", f"{path}/answers", an_answer())).json()["answer_id"]
    assigned = await service.post("feedback-hub", f"{path}/assign", {"organisation_id": str(OTHER_MINISTRY)})
    assert (assigned.status_code, assigned.json()["status"]) == (200, "assigned")
    answers_itself = {"responsible_organisation_id": str(OTHER_MINISTRY)}
    own = await service.post("other-ministry", f"{path}/answers", an_answer(outcome="not_competent", **answers_itself))
    refused = await service.post("other-ministry", f"{path}/answers/{former}/publish", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "transition-not-allowed")
    assert "another body" in refused.json()["detail"]
    withdrawn = {answer["answer_id"]: answer["withdrawn_at"] for answer in (await service.get(path))["answers"]}
    assert withdrawn == {former: "2025-11-03T03:00:00Z", own.json()["answer_id"]: None}
    published = await service.post("feedback-publisher", f"{path}/answers/{own.json()['answer_id']}/publish", {})
    assert published.status_code == 200, published.text
    assert (await service.case(code))["answer"]["outcome"] == "not_competent"


@pytest.mark.asyncio
async def test_a_kept_answer_is_given_again_only_to_who_still_handles_the_case(service: Service) -> None:
    submission_id, code = await an_assigned_submission(service)
    path, key = f"/submissions/{submission_id}", {"Idempotency-Key": KEY}
    steps: list[tuple[str, str, Any]] = [
        ("ministry", "answers", an_answer()),
        ("ministry", "messages", {"text": "Xin bổ sung."}),
        ("feedback-hub", "assign", {"organisation_id": str(OTHER_MINISTRY)}),
    ]

    async def take(number: int, client_id: str, step: str, body: Any) -> httpx2.Response:
        return await service.post(client_id, f"{path}/{step}", body, **{"Idempotency-Key": f"{KEY}{number}"})

    mailbox = {"receipt_code": code, "text": "Cảm ơn."}
    written = await service.public("/mailbox/messages", mailbox, **key)
    first = [await take(number, *step) for number, step in enumerate(steps)]
    drafted = await service.post("other-ministry", f"{path}/answers", an_answer())
    steps.append(("feedback-publisher", f"answers/{drafted.json()['answer_id']}/publish", {}))
    first.append(await take(len(first), *steps[-1]))
    assert {response.status_code for response in (*first, written)} == {200, 201}
    again = [await take(number, *step) for number, step in enumerate(steps)]
    again.append(await service.public("/mailbox/messages", mailbox, **key))
    first.append(written)
    for response in again[:2]:
        assert (response.status_code, response.json()["code"]) == (404, "submission-not-found")
    for response, before in zip(again[2:], first[2:], strict=True):
        assert (response.headers["idempotency-replayed"], response.json()) == ("true", before.json())


@pytest.mark.asyncio
async def test_the_count_of_messages_is_that_of_the_list_beside_it(service: Service) -> None:
    submission_id, code = await an_assigned_submission(service)
    await service.post("ministry", f"/submissions/{submission_id}/messages", {"text": "Xin bổ sung."})
    await service.public("/mailbox/messages", {"receipt_code": code, "text": "Đây."})
    texts = [message["text"] for message in (await service.case(code))["messages"]]
    for client_id in ("feedback-hub", "ministry"):
        headers = service.headers(client_id)
        case = (await service.http.get(f"/api/feedback/v1/submissions/{submission_id}", headers=headers)).json()
        assert [message["text"] for message in case["messages"]] == texts == ["Xin bổ sung.", "Đây."]
        assert case["messages_count"] == len(texts)
    for event in await service.events():
        assert not {"messages", "messages_count", "answers"} & set(event.data)


@pytest.mark.asyncio
async def test_a_client_of_no_organisation_handles_nothing(service: Service) -> None:
    submission_id, _ = await a_submission(service)
    headers = service.issuer.headers("feedback:handle")
    listed = await service.http.get("/api/feedback/v1/submissions", headers=headers)
    assert (listed.status_code, listed.json()["code"]) == (403, "organisation-required")
    read = await service.http.get(f"/api/feedback/v1/submissions/{submission_id}", headers=headers)
    assert read.status_code == 404
