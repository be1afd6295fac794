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
    submission,
)
from tests.integration.feedback.own_submission.letters import sent

from sixclear.common.caller import Caller
from sixclear.common.use_case import Context
from sixclear.feedback.campaign import service as campaigns
from sixclear.feedback.sealing import service as sealing

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


async def test_older_copies_with_another_draft_keep_no_newer_one_from_its_answer(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await a_campaign(service, 3)
    for case, _ in made:
        said = await service.post("ministry", f"/submissions/{case}/answers", an_answer())
        assert said.status_code == 201, said.text
    newer = await a_campaign(service, 2, first=3)
    second = await drafted(service, newer[0][0], text="Bộ công bố lịch của 20 phòng thí nghiệm trước 31/3/2026.")
    assert {item["submission_id"] for item in second.json()["items"]} == {str(case) for case, _ in newer}
    monkeypatch.setattr(campaigns, "_MOST", 2)
    answer = second.json()["items"][0]["answer_id"]
    parts = [(await published(service, newer[0][0], answer)).json() for _ in range(2)]
    assert [(len(part["items"]), part["more"]) for part in parts] == [(2, False), (0, False)]
    assert {(await service.case(code))["answer"] is None for _, code in newer} == {False}
    assert {(await service.case(code))["answer"] for _, code in made} == {None}


async def test_a_drafter_says_it_better_in_every_copy_and_that_is_published(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await a_campaign(service, 4)
    own = made[3][0]
    (await drafted(service, made[0][0])).raise_for_status()
    said = await service.post("ministry", f"/submissions/{own}/answers", an_answer(text="Vụ này có điểm riêng."))
    assert said.status_code == 201, said.text
    monkeypatch.setattr(campaigns, "_MOST", 1)
    better = an_answer()["text"] + " Việc kiểm tra bắt đầu ngày thứ Hai."
    parts = [(await drafted(service, made[1][0], text=better)).json() for _ in range(3)]
    assert [([item["became"] for item in part["items"]], part["more"]) for part in parts] == [
        (["drafted", "drafted"], True),
        (["drafted_before", "drafted"], False),
        (["drafted_before"], False),
    ]
    answer = parts[0]["items"][0]["answer_id"]
    told = [(await published(service, made[1][0], answer)).json() for _ in range(3)]
    assert [(len(part["items"]), part["more"]) for part in told] == [(2, True), (1, False), (0, False)]
    assert [((await service.case(code))["answer"] or {}).get("text") for _, code in made] == [better] * 3 + [None]
    numbers = {(row["submission_id"], row["campaign_id"]) for row in await service.rows("answer")}
    assert len({number for case, number in numbers if case != own}) == 2
    erased = await service.public("/mailbox/erasure", {"receipt_code": made[0][1], "what": "case"})
    assert erased.status_code == 200, erased.text
    rows = [row["campaign_id"] for row in await service.rows("answer") if row["submission_id"] == made[0][0]]
    assert rows == [None, None], "nothing of an erased case tells with which others it was one"


async def test_a_copy_that_takes_no_answer_keeps_none_from_the_others(service: Service) -> None:
    made = await a_campaign(service, 3)
    async with service.database.transaction() as session:
        ctx = Context(session, service.log, Caller("test"), service.clock())
        await sealing.erase(ctx, made[1][0], sealing.CONTENT)
    draft = (await drafted(service, made[0][0])).json()
    assert [item["submission_id"] for item in draft["items"]] == [str(made[0][0]), str(made[2][0])]
    assert (draft["left"], draft["more"]) == ([str(made[1][0])], False)
    told = await published(service, made[0][0], draft["items"][0]["answer_id"])
    assert [item["became"] for item in told.json()["items"]] == ["published", "published"]
    assert {row["submission_id"] for row in await service.rows("answer")} == {made[0][0], made[2][0]}


async def test_letters_with_points_keep_no_newer_copy_from_the_answer(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = submission()
    for number in range(2):
        service.clock.pass_by(hours=1)
        letter = await sent(service, f"a-letter-of-a-campaign-{number}", title=said["title"], text=said["text"])
        assert letter.status_code == 201, letter.text
        case = f"/submissions/{letter.json()['submission_id']}"
        for step, body in (("triage", {}), ("assign", {"organisation_id": str(MINISTRY)})):
            (await service.post("feedback-hub", f"{case}/{step}", body)).raise_for_status()
    made = await a_campaign(service, 4)
    monkeypatch.setattr(campaigns, "_MOST", 2)
    parts = [(await drafted(service, made[0][0])).json() for _ in range(2)]
    assert [item["submission_id"] for part in parts for item in part["items"] if item["became"] == "drafted"] == [
        str(case) for case, _ in made
    ]
    assert [(len(part["left"]), part["more"]) for part in parts] == [(2, True), (2, False)]


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
