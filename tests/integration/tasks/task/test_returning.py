"""A result that the confirming body sends back."""

from uuid import UUID

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task

pytestmark = pytest.mark.usefixtures("both_ways")

EVIDENCE = {"title": "Biên bản nghiệm thu", "url": "https://example.invalid/bb.pdf"}


@pytest.mark.asyncio
@pytest.mark.parametrize("reported", [[], [20], [20, 90]])
async def test_a_returned_task_goes_back_to_its_percentage_before(service: Service, reported: list[int]) -> None:
    task_id = await an_assigned_task(service)
    for percent in reported:
        await service.post("G06", f"/tasks/{task_id}/progress", {"percent": percent, "text": f"Được {percent}"})
    submitted = await service.post("G06", f"/tasks/{task_id}/submit", {"evidence": [EVIDENCE]})
    returned = await service.post("P57", f"/tasks/{task_id}/return", {"reason": "Thiếu"})
    before = reported[-1] if reported else 0
    assert (submitted.json()["percent"], returned.json()["percent"]) == (100, before)
    assert (await service.events())[-1].data["percent"] == before
    kept = await service.post("G06", f"/tasks/{task_id}/progress", {"text": "Đang bổ sung"})
    assert (kept.json()["status"], kept.json()["percent"]) == ("returned", before)


@pytest.mark.asyncio
async def test_returned_tasks_are_listed_until_they_go_on(service: Service) -> None:
    tasks = [await an_assigned_task(service, external_id=f"NV-{number}") for number in range(3)]

    async def listed() -> set[UUID]:
        answer = await service.get("/tasks", status="returned")
        assert answer["total"] == len(answer["items"])
        return {UUID(item["task_id"]) for item in answer["items"]}

    for task_id in tasks[:2]:
        await service.post("G06", f"/tasks/{task_id}/submit", {"evidence": [EVIDENCE]})
        await service.post("P57", f"/tasks/{task_id}/return", {"reason": "Thiếu"})
    assert await listed() == set(tasks[:2])
    await service.post("G06", f"/tasks/{tasks[0]}/progress", {"percent": 50, "text": "Đang bổ sung"})
    assert await listed() == {tasks[1]}
    for task_id, step in ((tasks[0], "return"), (tasks[1], "confirm")):
        await service.post("G06", f"/tasks/{task_id}/submit", {"evidence": [EVIDENCE]})
        await service.post("P57", f"/tasks/{task_id}/{step}", {"reason": "Thiếu"} if step == "return" else {})
    assert await listed() == {tasks[0]}
