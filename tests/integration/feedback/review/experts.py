"""Experts and what they say, for tests."""

from typing import Any
from uuid import UUID

import httpx2
from tests.integration.feedback.conftest import Service, an_assigned_submission

SCORES = {"novelty": 26, "benefit": 24, "feasibility": 22, "scale": 12}


def an_expert(position: str = "expert-1", **changes: Any) -> dict[str, Any]:
    """An expert of a university that is no body of the register, known by a position."""
    body: dict[str, Any] = {
        "name": f"Chuyên gia {position}",
        "position": position,
        "email_domain": "university.example",
        "fields": ["science-technology"],
        "capacity": 3,
    }
    return body | changes


def an_opinion(**changes: Any) -> dict[str, Any]:
    """A whole review."""
    body = {"scores": SCORES, "advice": "accept", "words": "Khả thi; nên bắt đầu với thiết bị đo."}
    return body | changes


async def registered(service: Service, **changes: Any) -> str:
    """Identifier of a newly registered expert."""
    response = await service.post("feedback-hub", "/reviewers", an_expert(**changes))
    assert response.status_code == 201, response.text
    return str(response.json()["reviewer_id"])


async def asked(service: Service, submission_id: UUID, reviewer_id: str) -> httpx2.Response:
    """What the hub hears when it asks this expert."""
    return await service.post("feedback-hub", f"/submissions/{submission_id}/reviews", {"reviewer_id": reviewer_id})


async def an_asked_expert(service: Service, submission_id: UUID, position: str = "expert-1") -> str:
    """Identifier of the review that a new expert is asked for."""
    response = await asked(service, submission_id, await registered(service, position=position))
    assert response.status_code == 201, response.text
    return str(response.json()["review_id"])


async def own(service: Service, client: str, path: str = "") -> httpx2.Response:
    """What an expert reads below `/own/reviews`."""
    return await service.http.get(f"{service.prefix}/own/reviews{path}", headers=service.headers(client))


async def done(service: Service, client: str, path: str, body: Any) -> Any:
    """A step that must succeed."""
    response = await service.post(client, path, body)
    assert response.status_code in (200, 201), response.text
    return response.json()


async def given(service: Service, client: str, review_id: str, **changes: Any) -> None:
    """The expert declares to be free, and gives the review."""
    await done(service, client, f"/own/reviews/{review_id}/declaration", {"conflict": False})
    await done(service, client, f"/own/reviews/{review_id}/opinion", an_opinion(**changes))


async def a_reviewed_case(service: Service, **changes: Any) -> tuple[UUID, str, str, str]:
    """A case of the ministry with two experts who were asked: identifier, receipt code, both reviews."""
    submission_id, code = await an_assigned_submission(service, **changes)
    first = await an_asked_expert(service, submission_id, "expert-1")
    return submission_id, code, first, await an_asked_expert(service, submission_id, "expert-2")
