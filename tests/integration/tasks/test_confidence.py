"""What was said in confidence stays with the bodies concerned, also when the task is public again."""

from typing import Any
from uuid import UUID

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal

EVIDENCE = {"title": "Biên bản nghiệm thu", "url": "https://example.invalid/bb.pdf"}
PARTS = ("history", "reports", "evidence")


async def say(service: Service, task_id: UUID, words: str) -> None:
    """The ministry reports and attaches evidence."""
    for path, body in (("progress", {"text": words}), ("evidence", EVIDENCE | {"title": words})):
        assert (await service.post("G06", f"/tasks/{task_id}/{path}", body)).status_code == 201


async def own(service: Service, code: str, path: str) -> Any:
    """What a body reads below /own."""
    response = await service.http.get(f"/api/tasks/v1/own/tasks{path}", headers=service.headers(code, "tasks:report"))
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.asyncio
async def test_a_declassified_task_never_tells_what_was_said_before(service: Service) -> None:
    task_id = await an_assigned_task(service)
    await say(service, task_id, "công khai")
    await service.post("P57", "/tasks", proposal(classification="restricted"))
    await say(service, task_id, "kín")
    assert (await service.post("P57", "/tasks", proposal())).status_code == 200
    await say(service, task_id, "lại công khai")
    for part, count in zip(PARTS, (8, 2, 2), strict=True):
        public = await service.get(f"/tasks/{task_id}/{part}")
        stranger = await own(service, "G01", f"/{task_id}/{part}")
        assert public == stranger
        assert (len(public["items"]), "kín" in str(public)) == (count, False)
        assert len((await own(service, "G06", f"/{task_id}/{part}"))["items"]) > count
    changes = [entry["change"] for entry in (await service.get(f"/tasks/{task_id}/history"))["items"]]
    assert changes[:4] == ["evidence_added", "progress_reported", "updated", "withdrawn"]


@pytest.mark.asyncio
@pytest.mark.parametrize("part", PARTS)
async def test_pages_hold_what_is_public_and_end(service: Service, part: str) -> None:
    task_id = await an_assigned_task(service)
    for words, classification in (("một", "restricted"), ("hai", "public"), ("ba", "public")):
        await say(service, task_id, words)
        await service.post("P57", "/tasks", proposal(classification=classification))
    await say(service, task_id, "bốn")
    whole = (await service.get(f"/tasks/{task_id}/{part}"))["items"]
    walked: list[Any] = []
    cursor: dict[str, str] | None = {}
    while cursor is not None:
        page = await service.get(f"/tasks/{task_id}/{part}", limit=1, **cursor)
        walked += page["items"]
        cursor = {"cursor": page["next"]} if page["next"] else None
    assert walked == whole
