"""The story of a case's clocks, for examples and for every route."""

from datetime import UTC, datetime
from typing import Any

from tests.contract.feedback.after_the_answer import Before, nothing_first
from tests.integration.feedback.conftest import HUB, KEY, MINISTRY, OTHER_MINISTRY, SCOPES, Service, submission

from sixclear.feedback.escalation.service import escalate

CLOCKS_BEGIN = datetime(2026, 1, 5, 2, tzinfo=UTC)


async def the_clocks_of_a_submission(service: Service, before: Before = nothing_first) -> None:
    """What can happen to the clocks of a submission: stopped, moved, with another body, overdue.

    It begins on a day of its own, whatever was told before.
    """
    service.clock.pass_by(seconds=(CLOCKS_BEGIN - service.clock()).total_seconds())

    async def step(client_id: str, path: str, body: Any, **headers: str) -> Any:
        service.clock.pass_by(hours=1)
        await before(client_id, path, body, headers)
        sent = headers | (service.headers(client_id) if client_id in SCOPES else {})
        response = await service.http.post(f"/api/feedback/v1{path}", json=body, headers=sent)
        assert response.status_code in (200, 201), response.text
        return response.json()

    receipt = await step("anybody", "/submissions", submission(), **{"Idempotency-Key": "clocks-" + KEY})
    case = f"/submissions/{receipt['submission_id']}"
    await step("feedback-hub", f"{case}/triage", {})
    await step("feedback-hub", f"{case}/assign", {"organisation_id": str(MINISTRY)})
    asked = {"text": "Xin gửi thêm tên các viện.", "working_days": 4}
    await step("ministry", f"{case}/pauses", asked)
    await step("ministry", f"{case}/pauses/end", {})
    moved = {"text": "Cần hỏi ý kiến ba viện.", "working_days": 5}
    await step("feedback-hub", f"{case}/due-changes", moved)
    offer = {"organisation_id": str(OTHER_MINISTRY), "ground": "not_competent"}
    for end in ("take-back", "refuse", "accept"):
        offered = await step("ministry", f"{case}/transfers", offer)
        decided = {"ground": "not_clear"} if end == "refuse" else {}
        decider = "ministry" if end == "take-back" else "other-ministry"
        await step(decider, f"{case}/transfers/{offered['transfer_id']}/{end}", decided)
    service.clock.pass_by(days=42)
    await escalate(service.database, service.log, service.clock, HUB, HUB)
