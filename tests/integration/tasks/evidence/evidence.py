"""What the stories of evidence share: attaching, deciding, and what was told."""

from typing import Any
from uuid import UUID

from httpx2 import Response
from tests.integration.tasks.conftest import Service

LINK = {"title": "Biên bản", "url": "https://example.invalid/bb.pdf"}


async def attach(service: Service, task_id: UUID | str, **changes: Any) -> str:
    """The identifier of a piece of evidence that the lead body adds."""
    added = await service.post("G06", f"/tasks/{task_id}/evidence", LINK | changes)
    assert added.status_code == 201, added.text
    return str((await own_list(service, task_id))[0]["evidence_id"])


async def own_list(service: Service, task_id: UUID | str) -> list[dict[str, Any]]:
    """The evidence of a task, newest first, as the lead body reads it."""
    listed = await service.http.get(f"{service.prefix}/own/tasks/{task_id}/evidence", headers=service.headers("G06"))
    return list(listed.json()["items"])


async def decide(service: Service, evidence_id: str, verb: str, code: str = "P57", **entry: Any) -> Response:
    """Accept or refuse."""
    return await service.post(code, f"/evidence/{evidence_id}/{verb}", entry)


async def told(service: Service) -> list[tuple[str, int, bool]]:
    """The change, the version and whether it went out, of each event of evidence."""
    return [
        (event.change, event.version, event.published)
        for event in await service.events()
        if event.entity_type == "evidence"
    ]


async def classify(service: Service, task_id: UUID | str, classification: str) -> None:
    """Classify the task as its assigning body."""
    headers = service.headers("P57") | {"content-type": "application/merge-patch+json"}
    changed = await service.http.patch(
        f"{service.prefix}/tasks/{task_id}", json={"classification": classification}, headers=headers
    )
    assert changed.status_code == 200, changed.text


async def forget_reviews(service: Service) -> None:
    """As an earlier release left it: evidence without a row of what became of it, and without an event of its own."""
    async with service.database.engine.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM evidence_review")
        await connection.exec_driver_sql("DELETE FROM event WHERE entity_type = 'evidence'")
