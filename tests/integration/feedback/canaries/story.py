"""All that is asked of feedback once: the story of its examples, and the doors that the examples leave shut."""

from pathlib import Path
from typing import Any, cast

from tests.contract.feedback.after_the_answer import what_a_sender_does
from tests.contract.feedback.clocks import the_clocks_of_a_submission
from tests.contract.feedback.reviewed_initiative import the_review_of_an_initiative
from tests.contract.feedback.test_feedback_examples import an_idea_is_taken_up, the_life_of_a_submission
from tests.integration.feedback.campaign.campaigned import a_campaign, drafted, published
from tests.integration.feedback.canaries.doors import Speaking
from tests.integration.feedback.canaries.kinds import NAME
from tests.integration.feedback.conftest import (
    HUB,
    Service,
    a_submission,
    an_answer,
    an_assigned_submission,
    an_opened_contact,
    submission,
)
from tests.integration.feedback.endorsement.endorsed import HEAD, a_copy_that_is_endorsed
from tests.integration.feedback.link.linked import two_cases_of_one_need
from tests.integration.feedback.own_submission.letters import a_letter_and_what_became_of_it
from tests.integration.feedback.publication.released import (
    MISTAKE,
    an_answered_case,
    released,
    the_life_of_a_public_copy,
)
from tests.integration.feedback.publication.test_sealed_lane import SEALED
from tests.integration.feedback.review.experts import asked, done, registered
from tests.integration.feedback.transparency.made_witnesses import MadeWitnesses
from tests.unit.feedback.attachment.made_files import a_form, a_photo


async def everything_is_asked_once(service: Service, files: Path) -> None:
    """Every operation that changes something succeeds, and every field that takes words has words."""
    opening = await the_life_of_a_submission(service)
    case, copy = await the_life_of_a_public_copy(service, opening)
    await a_copy_that_is_endorsed(service, copy)
    await two_cases_of_one_need(service)
    stated = await service.public("/mailbox/statements", opening)
    assert stated.status_code == 200, stated.text
    changed = await service.public("/mailbox/code", opening, **{"Idempotency-Key": "a-new-code-for-a-mailbox"})
    assert changed.status_code == 200, changed.text
    await done(service, "feedback-publisher", f"/submissions/{case}/publication/withdraw", MISTAKE)
    await what_a_sender_does(service)
    await _a_case_with_every_word(service)
    await _a_file_and_a_campaign(service)
    await _a_sealed_initiative(service)
    await a_letter_and_what_became_of_it(service)
    await an_idea_is_taken_up(service)
    await the_review_of_an_initiative(service)
    await MadeWitnesses(service, files, "university").sequencer(files / "log").run()
    await the_clocks_of_a_submission(service)


async def _a_case_with_every_word(service: Service) -> None:
    """A reason of the hub, a correction, a head's answer, words of a step, a person told apart by hand."""
    case, _ = await an_answered_case(service, "a-case-with-every-word")
    promised = [{"words": "Công bố lịch", "due_date": "2026-03-31"}]
    corrected = an_answer(text="Lịch có từ 1/12.", corrects=await _answer_of(service, case), steps=promised)
    drafted = await done(
        service, "feedback-hub", f"/submissions/{case}/answers", corrected | {"correction_reason": "Sai ngày."}
    )
    await done(service, "feedback-publisher", f"/submissions/{case}/answers/{drafted['answer_id']}/publish", {})
    promises = [one["promise_id"] for one in (await service.get(f"/submissions/{case}/publication"))["steps"]]
    await released(service, case, head_answer=HEAD, steps=[{"promise_id": one, "words": "Đã hứa"} for one in promises])
    other, _ = await an_assigned_submission(service, "another-case-with-every-word")
    again = {"organisation_id": str(HUB), "reason": "Đúng thẩm quyền hơn."}
    await done(service, "feedback-hub", f"/submissions/{other}/assign", again)
    await an_opened_contact(service, other)
    notice = {"email": "a@b.example"}
    entered = await service.post(
        "desk", "/submissions/on-behalf", submission(notice=notice), **{"Idempotency-Key": "entered-at-a-desk-with-all"}
    )
    assert entered.status_code == 201, entered.text
    _, code = await a_submission(service, "a-sender-without-a-name", sender={}, notice=notice)
    said = {"receipt_code": code, "name": "Người gửi", "email": "a@b.example", "phone": "0912 345 678"}
    assert (await service.public("/mailbox/identity", said)).status_code == 200
    alike = {"title": "Lịch phòng thí nghiệm", "text": "Phòng nào còn trống?"}
    assert (await service.public("/similar", alike)).status_code == 200


async def _a_file_and_a_campaign(service: Service) -> None:
    """A file with a message, under the name of its sender; one answer with points and promises to two copies."""
    (case, code), _ = await a_campaign(service, 2)
    http = cast(Speaking, service.http)
    text = http.in_a_form("sendMailboxFile", "text", "Ảnh chụp bảng.")
    body, head = a_form({"receipt_code": code, "text": text}, f"{NAME}.png", a_photo("PNG"))
    sent = await http.post("/api/feedback/v1/mailbox/files", content=body, headers=head)
    assert sent.status_code == 201, sent.text
    draft = await drafted(
        service,
        case,
        points=[{"point": "Ai đặt lịch?", "answer": "Trung tâm dùng chung."}],
        steps=[{"words": "Công bố lịch", "due_date": "2026-03-31"}],
    )
    assert draft.status_code == 201, draft.text
    response = await published(service, case, draft.json()["items"][0]["answer_id"])
    assert response.status_code == 200, response.text


async def _answer_of(service: Service, case: object) -> str:
    answers: list[Any] = (await service.get(f"/submissions/{case}"))["answers"]
    return str(answers[-1]["answer_id"])


async def _a_sealed_initiative(service: Service) -> None:
    """With an abstract that is released, and an expert who declares why another is to be asked."""
    case, _ = await an_assigned_submission(service, "a-sealed-initiative", **SEALED)
    path = f"/submissions/{case}"
    reviewer = await registered(service, position="expert-3")
    review = (await asked(service, case, reviewer)).json()["review_id"]
    await done(service, "expert-3", f"/own/reviews/{review}/declaration", {"conflict": True, "reason": "Cùng viện."})
    entered = {"kind": "initiative", "title": "Ý tưởng", "text": "Nói tại quầy.", **SEALED}
    sent = await service.post("desk", "/submissions/on-behalf", entered, **{"Idempotency-Key": "sealed-at-a-desk"})
    assert sent.status_code == 201, sent.text
    assert (await service.get(path))["visibility"] == "sealed"
