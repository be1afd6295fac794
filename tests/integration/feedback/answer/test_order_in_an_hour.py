"""A case that keeps only hours tells of all that came in one of them in the order in which it came."""

from typing import Any

import pytest
from tests.integration.feedback.conftest import OTHER_MINISTRY, Service, an_answer, an_assigned_submission
from tests.integration.feedback.review.experts import a_reviewed_case, done, given

pytestmark = pytest.mark.asyncio
ANONYMOUS: dict[str, Any] = {"identity_level": "anonymous", "sender": {"kind": "citizen"}}


async def test_a_correction_of_the_same_hour_is_the_answer_that_holds(service: Service) -> None:
    """Eight times: identifiers of these answers are random, and by them one in two would come first."""
    shown = []
    for number in range(8):
        case, code = await an_assigned_submission(service, f"an-anonymous-case-{number}", **ANONYMOUS)
        path = f"/submissions/{case}/answers"
        corrects: dict[str, str] = {}
        for said in ("Bộ công bố 12 phòng thí nghiệm.", "Bộ công bố 6 phòng thí nghiệm."):
            drafted = await service.post("ministry", path, an_answer(text=said, **corrects))
            assert drafted.status_code == 201, drafted.text
            answer = drafted.json()["answer_id"]
            again = await service.post("ministry", path, an_answer(text=said, **corrects))
            assert (again.status_code, again.json()["answer_id"]) == (200, answer), "the last draft says the same"
            published = await service.post("feedback-publisher", f"{path}/{answer}/publish", {})
            assert published.status_code == 200, published.text
            corrects = {"corrects": answer, "correction_reason": "Sai số phòng."}
        told = await service.case(code)
        shown.append([told["answer"]["text"], *(former["text"] for former in told["former_answers"])])
    assert shown == [["Bộ công bố 6 phòng thí nghiệm.", "Bộ công bố 12 phòng thí nghiệm."]] * 8


async def test_transfers_of_the_same_hour_are_listed_the_newest_first(service: Service) -> None:
    case, code = await an_assigned_submission(service, **ANONYMOUS)
    path, made = f"/submissions/{case}/transfers", list[str]()
    for _ in range(6):
        offer = {"organisation_id": str(OTHER_MINISTRY), "ground": "not_competent"}
        offered = await service.post("ministry", path, offer)
        assert offered.status_code == 201, offered.text
        made.insert(0, offered.json()["transfer_id"])
        back = await service.post("ministry", f"{path}/{made[0]}/take-back", {})
        assert back.status_code == 200, back.text
    assert [one["transfer_id"] for one in (await service.case(code))["transfers"]] == made


async def test_what_was_decided_last_of_an_hour_is_told(service: Service) -> None:
    case, _, first, second = await a_reviewed_case(service, **ANONYMOUS)
    await given(service, "expert-1", first)
    await given(service, "expert-2", second)
    path, made = f"/submissions/{case}/review-decisions", list[str]()
    for _ in range(6):
        decision = await done(service, "feedback-hub", path, {"advice": "accept", "reason": "Hai ý kiến ủng hộ."})
        made.insert(0, decision["decision_id"])
    decisions = (await service.get(f"/submissions/{case}/reviews"))["decisions"]
    assert [one["decision_id"] for one in decisions] == made
