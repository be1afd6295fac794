"""Lists say how late a task is, and find assignments that wait for an answer; decisions on a task are counted."""

from typing import Any

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task
from tests.integration.tasks.decision.conftest import asked, decide

pytestmark = pytest.mark.asyncio


async def listed(service: Service, **narrowed: str) -> list[Any]:
    return [one["task_id"] for one in (await service.get("/tasks", **narrowed))["items"]]


async def test_a_list_and_a_task_say_how_many_days_late_it_is(service: Service) -> None:
    task_id = await an_assigned_task(service)
    path = f"{service.prefix}/tasks/{task_id}"
    assert (await service.get("/tasks"))["items"][0]["days_late"] is None
    service.clock.pass_by(days=14)  # due on 15 December, at 17:00
    late = await service.http.get(path)
    assert [one["days_late"] for one in (await service.get("/tasks", sort="days_late"))["items"]] == [3]
    assert late.json()["days_late"] == 3
    service.clock.pass_by(days=1)
    next_day = await service.http.get(path, headers={"If-None-Match": late.headers["etag"]})
    assert (next_day.status_code, next_day.json()["days_late"]) == (200, 4)
    same_day = await service.http.get(path, headers={"If-None-Match": next_day.headers["etag"]})
    assert same_day.status_code == 304


async def test_assignments_that_wait_for_an_answer_are_found(service: Service) -> None:
    waiting, accepted, objected = [
        str(await an_assigned_task(service, external_id=f"NV-{number}")) for number in range(3)
    ]
    assert (await service.post("G06", f"/tasks/{accepted}/accept", {})).status_code == 200
    decision = await asked(service, objected, "cancellation", objection=True)
    assert await listed(service, assignment="waiting") == [waiting]
    assert await listed(service, assignment="objected") == [objected]
    mine = await service.http.get(
        f"{service.prefix}/own/tasks", params={"assignment": "waiting"}, headers=service.headers("G06")
    )
    assert [one["task_id"] for one in mine.json()["items"]] == [waiting]
    for task_id, state in ((waiting, "waiting"), (accepted, "accepted"), (objected, "objected")):
        assert (await service.get(f"/tasks/{task_id}"))["assignment"]["state"] == state, "as the task itself says"
    assert (await decide(service, decision, "refused", reason="Thuộc chức năng của Bộ")).status_code == 200
    assert await listed(service, assignment="objected") == []
    service.clock.pass_by(days=14)
    assert await listed(service, assignment="waiting") == [], "silence is acceptance"


async def test_decisions_on_a_task_are_counted_and_the_newest_come_first(service: Service) -> None:
    task_id = await an_assigned_task(service)
    other = await an_assigned_task(service, external_id="NV-2")
    decisions = []
    for number in range(3):
        service.clock.pass_by(hours=1)
        decisions.append(await asked(service, task_id, "extension", deadline=f"2026-01-1{number}"))
        await decide(service, decisions[-1], "refused", reason="Chưa cần")
    await asked(service, other, "pause")
    found: list[str] = []
    cursor = ""
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = await service.get("/decisions", task=str(task_id), sort="newest", limit=2, **more)
        assert page["total"] == 3
        found += [one["decision_id"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == decisions[::-1]
    assert [one["decision_id"] for one in (await service.get("/decisions", task=str(task_id)))["items"]] == decisions
    assert (await service.get("/decisions"))["total"] is None
