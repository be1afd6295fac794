"""What the stories of decisions share."""

from typing import Any
from uuid import UUID

from httpx2 import Response
from tests.integration.tasks.conftest import Service, service

__all__ = ["service"]


async def ask(service: Service, task_id: UUID | str, kind: str, code: str = "G06", **value: Any) -> Response:
    """Ask for a decision."""
    return await service.post(code, f"/tasks/{task_id}/decisions", {"kind": kind, "reason": "Thiếu kinh phí"} | value)


async def asked(service: Service, task_id: UUID | str, kind: str, code: str = "G06", **value: Any) -> str:
    """Ask for a decision that is taken; its identifier."""
    response = await ask(service, task_id, kind, code, **value)
    assert response.status_code == 201, response.text
    return str(response.json()["decision_id"])


async def decide(
    service: Service, decision_id: str, outcome: str = "granted", code: str = "P57", **answer: Any
) -> Response:
    """Decide on a request."""
    return await service.post(code, f"/decisions/{decision_id}/decide", {"outcome": outcome} | answer)


async def told(service: Service) -> list[tuple[str, str, int]]:
    """The kind of entity, the change and the version of each event of tasks and decisions that went out."""
    return [
        (event.entity_type, event.change, event.version)
        for event in await service.events()
        if event.entity_type in ("task", "decision") and event.published
    ]
