"""The life of an initiative that experts review, step by step: for examples, and for what holds on every route."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tests.integration.feedback.conftest import KEY, MINISTRY, SCOPES, Service, submission
from tests.integration.feedback.review.experts import an_expert, an_opinion

Before = Callable[[str, str, Any, Mapping[str, str]], Awaitable[None]]


async def nothing_first(client_id: str, path: str, body: Any, headers: Mapping[str, str]) -> None:
    """What comes before a step in the plain story."""


async def the_review_of_an_initiative(service: Service, before: Before = nothing_first) -> str:
    """Experts are registered, asked, declare, judge and discuss; who handles the case decides. Answers its path."""

    async def step(client_id: str, path: str, body: Any, **headers: str) -> Any:
        service.clock.pass_by(minutes=1)
        await before(client_id, path, body, headers)
        sent = headers | (service.headers(client_id) if client_id in SCOPES else {})
        response = await service.http.post(f"{service.prefix}{path}", json=body, headers=sent)
        assert response.status_code in (200, 201), response.text
        return response.json()

    receipt = await step("anybody", "/submissions", submission(), **{"Idempotency-Key": "reviewed-" + KEY})
    case = f"/submissions/{receipt['submission_id']}"
    await step("feedback-hub", f"{case}/triage", {"programme": "nq57-central"})
    await step("feedback-hub", f"{case}/assign", {"organisation_id": str(MINISTRY)})
    reviews = {}
    for position in ("expert-1", "expert-2"):
        expert = await step("feedback-hub", "/reviewers", an_expert(position))
        asked = await step("feedback-hub", f"{case}/reviews", {"reviewer_id": expert["reviewer_id"]})
        reviews[position] = asked["review_id"]
    described = await service.http.put(
        f"{service.prefix}/reviewers/{expert['reviewer_id']}",
        json={name: value for name, value in an_expert(position).items() if name != "position"} | {"capacity": 5},
        headers=service.headers("feedback-hub") | {"Idempotency-Key": "described-" + KEY},
    )
    assert described.status_code == 200, described.text
    own = f"/own/reviews/{reviews['expert-1']}"
    await step("feedback-hub", f"{case}/reviews/{reviews['expert-2']}/withdraw", {})
    await step("expert-1", f"{own}/declaration", {"conflict": False})
    await step("expert-1", f"{own}/opinion", an_opinion())
    await step("expert-1", f"{own}/discussion", {"text": "Nên thử ở hai viện trước."})
    await step("feedback-hub", f"{case}/review-discussion", {"text": "Cảm ơn; viện nào?"})
    decision = {"advice": "accept", "reason": "Ý kiến chuyên gia ủng hộ, tổng điểm 84."}
    drafted = await step("feedback-hub", f"{case}/review-decisions", decision)
    shown = await service.http.get(f"{service.prefix}{own}", headers=service.headers("expert-1"))
    assert shown.status_code == 200, shown.text
    await step("feedback-publisher", f"{case}/review-decisions/{drafted['decision_id']}/confirm", {})
    return case
