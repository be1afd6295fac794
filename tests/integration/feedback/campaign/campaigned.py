"""Copies of a campaign, for tests: cases with the same words, which one body has to answer."""

from typing import Any
from uuid import UUID

from tests.integration.feedback.conftest import Service, an_answer, an_assigned_submission


async def a_campaign(service: Service, count: int, first: int = 0, **changes: Any) -> list[tuple[UUID, str]]:
    """So many copies, each with the receipt code of its sender; `first` is the number of the first of them."""
    made = []
    for number in range(first, first + count):
        service.clock.pass_by(hours=1)
        made.append(await an_assigned_submission(service, f"a-copy-of-a-campaign-{number}", **changes))
    return made


async def drafted(service: Service, case: UUID, client: str = "ministry", **changes: Any) -> Any:
    """What one draft for all copies is answered."""
    return await service.post(client, f"/submissions/{case}/campaign/answers", an_answer(**changes))


async def published(service: Service, case: UUID, answer_id: str, client: str = "feedback-publisher") -> Any:
    """What the one check of it is answered."""
    return await service.post(client, f"/submissions/{case}/campaign/answers/{answer_id}/publish", {})


async def an_answered_campaign(service: Service) -> None:
    """Two copies get one answer: drafted once, checked once."""
    (first, _), _ = await a_campaign(service, 2)
    draft = await drafted(service, first)
    assert draft.status_code == 201, draft.text
    response = await published(service, first, draft.json()["items"][0]["answer_id"])
    assert response.status_code == 200, response.text
