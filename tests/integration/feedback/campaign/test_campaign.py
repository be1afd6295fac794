"""Copies of a campaign get one answer: drafted once, checked once, and each sender's own by receipt and clock."""

from uuid import UUID

import pytest
from sqlalchemy import text
from tests.integration.feedback.campaign.campaigned import a_campaign, drafted, published
from tests.integration.feedback.conftest import (
    MINISTRY,
    OTHER_MINISTRY,
    Service,
    a_submission,
    an_answer,
    an_assigned_submission,
)

from sixclear.feedback.campaign import service as campaigns

pytestmark = pytest.mark.asyncio


async def test_one_draft_answers_all_copies_and_each_sender_reads_an_own_answer(service: Service) -> None:
    made = await a_campaign(service, 3)
    await an_assigned_submission(service, "a-case-of-its-own", title="Sửa đèn đường hỏng", text="Trước cổng trường.")
    draft = await drafted(service, made[1][0])
    assert draft.status_code == 201, draft.text
    items = draft.json()["items"]
    assert [item["submission_id"] for item in items] == [str(made[place][0]) for place in (1, 0, 2)]
    assert ({item["became"] for item in items}, draft.json()["more"]) == ({"drafted"}, False)
    assert len({item["answer_id"] for item in items}) == 3
    assert (await published(service, made[1][0], items[0]["answer_id"], "ministry")).status_code == 403
    service.clock.pass_by(days=1)
    told = await published(service, made[1][0], items[0]["answer_id"])
    assert told.status_code == 200, told.text
    assert [(item["answer_id"], item["became"]) for item in told.json()["items"]] == [
        (item["answer_id"], "published") for item in items
    ]
    for _, code in made:
        shown = await service.case(code)
        assert (shown["status"], shown["answer"]["text"]) == ("answered", an_answer()["text"])
    assert len({(await service.case(code))["received_at"] for _, code in made}) == 3
    events = [event for event in await service.events() if event.change == "answered"]
    assert {event.entity_id for event in events} == {case for case, _ in made}


async def test_what_is_not_the_same_is_left_to_itself(service: Service) -> None:
    made = await a_campaign(service, 5)
    (first, _), (own, own_code), (away, _), (changed, changed_code), (reviewed, _) = made
    said = await service.post(
        "ministry", f"/submissions/{own}/answers", an_answer(text="Câu trả lời riêng cho vụ này.")
    )
    assert said.status_code == 201, said.text
    elsewhere = {"organisation_id": str(OTHER_MINISTRY)}
    assert (await service.post("feedback-hub", f"/submissions/{away}/assign", elsewhere)).status_code == 200
    expert = {"case": reviewed, "person": f"position:{MINISTRY}:ministry"}
    async with service.database.transaction() as session:
        await session.execute(
            text("UPDATE submission SET reviewers = ARRAY[:person] WHERE submission_id = :case"), expert
        )
    waiting, _ = await a_submission(service, "a-copy-that-nobody-looked-into")
    draft = await drafted(service, first)
    ids = {item["submission_id"] for item in draft.json()["items"]}
    assert {str(first), str(changed)} <= ids
    assert not ids & {str(own), str(away), str(reviewed), str(waiting)}
    newer = await service.post(
        "ministry", f"/submissions/{changed}/answers", an_answer(text="Có điểm khác cần nói rõ.")
    )
    assert newer.status_code == 201, newer.text
    told = await published(service, first, draft.json()["items"][0]["answer_id"])
    assert str(first) in {item["submission_id"] for item in told.json()["items"]}
    for code in (own_code, changed_code):
        assert (await service.case(code))["answer"] is None


async def test_a_large_campaign_is_answered_part_by_part(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaigns, "_MOST", 2)
    made = await a_campaign(service, 4)
    parts = [(await drafted(service, made[0][0])).json() for _ in range(2)]
    assert [([item["became"] for item in part["items"]], part["more"]) for part in parts] == [
        (["drafted"] * 3, True),
        (["drafted_before", "drafted"], False),
    ]
    answer = parts[0]["items"][0]["answer_id"]
    told = [(await published(service, made[0][0], answer)).json() for _ in range(3)]
    assert [(len(part["items"]), part["more"]) for part in told] == [(3, True), (1, False), (0, False)]
    assert {row["status"] for row in await service.rows("submission")} == {"answered"}


async def test_an_answer_to_a_campaign_corrects_nothing_and_is_of_now(service: Service) -> None:
    ((case, _),) = await a_campaign(service, 1)
    for changes in (
        {"corrects": str(UUID(int=1)), "correction_reason": "Sai."},
        {"occurred_at": "2025-11-03T03:30:00Z"},
    ):
        refused = await drafted(service, case, **changes)
        assert refused.status_code == 422, refused.text
    unknown = await published(service, case, str(UUID(int=7)))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "answer-not-found")
