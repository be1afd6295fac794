"""What is decided on reviews: after all are given, by two persons, with a reason; then the answer may go out."""

from typing import Any

import pytest
from tests.integration.feedback.conftest import HUB, Service, an_answer, an_assigned_submission
from tests.integration.feedback.review.experts import a_reviewed_case, an_asked_expert, an_opinion, done, given, own

from sixclear.feedback.answer.service import publish_scheduled

pytestmark = pytest.mark.asyncio
DECISION = {"advice": "accept", "reason": "Hai ý kiến đều ủng hộ."}


async def test_the_answer_waits_for_the_decision_on_the_reviews(service: Service) -> None:
    submission_id, _, first, second = await a_reviewed_case(service)
    case = f"/submissions/{submission_id}"
    drafted = await done(service, "feedback-hub", f"{case}/answers", an_answer())
    publish = f"{case}/answers/{drafted['answer_id']}/publish"
    await given(service, "expert-1", first)
    early = await service.post("feedback-hub", f"{case}/review-decisions", DECISION)
    assert (early.status_code, early.json()["code"]) == (409, "transition-not-allowed"), "a review is open"
    refused = await service.post("feedback-publisher", publish, {})
    assert (refused.status_code, refused.json()["code"]) == (409, "transition-not-allowed")
    await given(service, "expert-2", second)
    decision = await done(service, "feedback-hub", f"{case}/review-decisions", DECISION)
    confirm = f"{case}/review-decisions/{decision['decision_id']}/confirm"
    same = await service.post("feedback-hub", confirm, {})
    assert (same.status_code, same.json()["code"]) == (403, "review-decision-by-drafter")
    assert (await own(service, "expert-1", f"/{first}")).json()["decision"] is None, "a draft is told to no expert"
    await done(service, "feedback-publisher", confirm, {})
    await done(service, "feedback-publisher", publish, {})
    assert (await own(service, "expert-1", f"/{first}")).json()["decision"] == DECISION
    shown = await service.get(f"{case}/reviews")
    [told] = shown["decisions"]
    assert (told["reason"], told["confirmed_by"], shown["in_expert_review"]) == (
        DECISION["reason"],
        "feedback-publisher",
        False,
    )
    late = await service.post("expert-1", f"/own/reviews/{first}/discussion", {"text": "Còn một ý."})
    assert late.json()["code"] == "transition-not-allowed", "it is decided"


async def test_an_answer_that_was_scheduled_before_experts_were_asked_loses_its_schedule(service: Service) -> None:
    submission_id, _ = await an_assigned_submission(service)
    case = f"/submissions/{submission_id}"
    drafted = await done(service, "feedback-hub", f"{case}/answers", an_answer())
    publish = f"{case}/answers/{drafted['answer_id']}/publish"
    await done(service, "feedback-publisher", publish, {"publish_at": "2025-11-05T03:00:00Z"})
    await an_asked_expert(service, submission_id)
    service.clock.pass_by(days=3)
    assert await publish_scheduled(service.database, service.log, service.clock) == 0
    shown = await service.get(case)
    assert (shown["status"], shown["answers"][0]["publish_at"]) == ("in_review", None)


async def test_a_new_draft_takes_the_place_of_the_one_before(service: Service) -> None:
    submission_id, _, first, second = await a_reviewed_case(service)
    case = f"/submissions/{submission_id}"
    await given(service, "expert-1", first)
    await done(service, "feedback-hub", f"{case}/reviews/{second}/withdraw", {})
    drafts = [
        await done(service, "feedback-hub", f"{case}/review-decisions", DECISION | {"advice": advice})
        for advice in ("reject", "accept")
    ]
    confirm = f"{case}/review-decisions/{{}}/confirm"
    old = await service.post("feedback-publisher", confirm.format(drafts[0]["decision_id"]), {})
    assert (old.status_code, old.json()["code"]) == (409, "transition-not-allowed")
    await done(service, "feedback-publisher", confirm.format(drafts[1]["decision_id"]), {})
    unknown = await service.post("feedback-publisher", confirm.format(submission_id), {})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "review-decision-not-found")


async def test_a_decision_needs_a_review_and_a_person(service: Service) -> None:
    submission_id, _, first, second = await a_reviewed_case(service)
    case = f"/submissions/{submission_id}"
    token = service.issuer.token("feedback:handle", organisation_id=HUB, client_id="hub-a", position=None)
    headers = {"Authorization": f"Bearer {token}"}
    nobody = await service.http.post(f"{service.prefix}{case}/review-decisions", json=DECISION, headers=headers)
    assert (nobody.status_code, nobody.json()["code"]) == (403, "person-not-known")
    for review in (first, second):
        await done(service, "feedback-hub", f"{case}/reviews/{review}/withdraw", {})
    none = await service.post("feedback-hub", f"{case}/review-decisions", DECISION)
    assert none.json()["code"] == "transition-not-allowed"
    drafted = await done(service, "feedback-hub", f"{case}/answers", an_answer())
    await done(service, "feedback-publisher", f"{case}/answers/{drafted['answer_id']}/publish", {})


async def test_a_review_is_given_once_and_whole(service: Service) -> None:
    _, _, first, _ = await a_reviewed_case(service)
    path = f"/own/reviews/{first}"
    await done(service, "expert-1", f"{path}/declaration", {"conflict": False})

    async def refused(body: dict[str, Any]) -> Any:
        answer = await service.post("expert-1", f"{path}/opinion", body)
        assert 400 <= answer.status_code < 500
        return answer.json()

    short = await refused(an_opinion(scores={"novelty": 3}))
    assert short["code"] == "scores-incomplete"
    assert {error["detail"].partition(":")[0] for error in short["errors"]} == {"benefit", "feasibility", "scale"}
    await done(service, "expert-1", f"{path}/opinion", an_opinion())
    assert (await refused(an_opinion(advice="reject")))["code"] == "transition-not-allowed"
    shown = (await own(service, "expert-1", f"/{first}")).json()
    assert (shown["advice"], shown["scores"]) == ("accept", an_opinion()["scores"])


async def test_where_every_expert_declined_the_answer_waits_for_nobody(service: Service) -> None:
    submission_id, _, first, second = await a_reviewed_case(service)
    case = f"/submissions/{submission_id}"
    drafted = await done(service, "feedback-hub", f"{case}/answers", an_answer())
    publish = f"{case}/answers/{drafted['answer_id']}/publish"
    await done(service, "expert-1", f"/own/reviews/{first}/declaration", {"conflict": True})
    early = await service.post("feedback-publisher", publish, {})
    assert (early.status_code, early.json()["code"]) == (409, "transition-not-allowed"), "the other one may review"
    await done(service, "expert-2", f"/own/reviews/{second}/declaration", {"conflict": True})
    assert (await service.get(f"{case}/reviews"))["in_expert_review"] is False
    await done(service, "feedback-publisher", publish, {})
