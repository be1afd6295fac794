"""Two cases of one need, for tests of links and of what they publish."""

from typing import Any
from uuid import UUID

from tests.integration.feedback.conftest import Service, a_submission
from tests.integration.feedback.publication.released import Before, nothing_first

LINKED, REFUSED = "linked", "refused"
ABOUT: dict[str, Any] = {"field": "science-technology", "place": "G06", "kind": "recommendation"}


async def decide(service: Service, one: UUID, other: UUID, decision: str, client: str = "feedback-hub") -> Any:
    """What a handler says of two cases."""
    body = {"submission_id": str(other), "decision": decision}
    response = await service.post(client, f"/submissions/{one}/links", body)
    assert response.status_code == 200, response.text
    return response.json()


async def two_cases_of_one_need(service: Service, before: Before = nothing_first) -> tuple[UUID, UUID]:
    """The same is asked for twice, and a handler links both."""
    service.clock.pass_by(hours=1)
    one, _ = await a_submission(service, "one-of-two-with-one-need", **ABOUT)
    other, _ = await a_submission(service, "another-of-two-with-one-need", **ABOUT)
    service.clock.pass_by(hours=1)
    path, body = f"/submissions/{one}/links", {"submission_id": str(other), "decision": LINKED}
    await before("feedback-hub", path, body, {})
    await decide(service, one, other, LINKED)
    return one, other
