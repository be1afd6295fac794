"""A report that arrives late is taken in its place: it counts, and moves nothing that a later fact has moved."""

from typing import Any
from uuid import UUID

import httpx2
import orjson
import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal

EVIDENCE = {"title": "Biên bản", "url": "https://example.invalid/bb.pdf"}
BULK = pytest.mark.parametrize("bulk", [False, True])


def at(minute: int) -> str:
    """So many minutes after ten o'clock, when the task was assigned."""
    return f"2025-12-04T10:{minute:02d}:00+07:00"


async def say(service: Service, task_id: UUID, minute: int, *, bulk: bool = False, **body: Any) -> httpx2.Response:
    headers = service.headers("G06", "tasks:report", "facts:past")
    said = {"text": f"Lúc {minute}", "occurred_at": at(minute)} | body
    if bulk:
        line = orjson.dumps(said | {"task_id": str(task_id)})
        return await service.http.post("/api/tasks/v1/progress/bulk", content=line, headers=headers)
    return await service.http.post(f"/api/tasks/v1/tasks/{task_id}/progress", json=said, headers=headers)


async def a_task_at(service: Service, minute: int, **described: Any) -> UUID:
    task_id = await an_assigned_task(service, **described)
    service.clock.pass_by(minutes=minute)
    return task_id


@BULK
@pytest.mark.asyncio
async def test_a_report_of_an_earlier_minute_is_taken_in_its_place(service: Service, bulk: bool) -> None:
    task_id = await a_task_at(service, 30)
    await say(service, task_id, 20, percent=50, bulk=bulk)
    late = await say(service, task_id, 10, percent=30, bulk=bulk)
    assert late.status_code == (200 if bulk else 201), late.text
    task = await service.get(f"/tasks/{task_id}")
    assert (task["percent"], task["reports_count"], task["version"]) == (50, 2, 4)
    assert (task["last_report_at"], task["occurred_at"]) == ("2025-12-04T03:20:00Z", "2025-12-04T03:20:00Z")
    reports = (await service.get(f"/tasks/{task_id}/reports"))["items"]
    assert [(one["percent"], one["occurred_at"]) for one in reports] == [
        (50, "2025-12-04T03:20:00Z"),
        (30, "2025-12-04T03:10:00Z"),
    ]
    last = (await service.events())[-1]
    assert (last.change, last.occurred_at.minute, last.data["percent"]) == ("progress_reported", 10, 50)


@BULK
@pytest.mark.asyncio
async def test_a_late_report_without_a_percentage_keeps_the_one_of_its_time(service: Service, bulk: bool) -> None:
    task_id = await a_task_at(service, 30)
    for minute, percent in ((5, 20), (25, 70)):
        await say(service, task_id, minute, percent=percent, bulk=bulk)
    await say(service, task_id, 15, bulk=bulk)
    await say(service, task_id, 2, bulk=bulk)
    reports = (await service.get(f"/tasks/{task_id}/reports"))["items"]
    assert [one["percent"] for one in reports] == [70, 20, 20, 0]
    assert (await service.get(f"/tasks/{task_id}"))["percent"] == 70


@BULK
@pytest.mark.asyncio
async def test_the_newest_report_counts_also_when_something_else_came_after_it(service: Service, bulk: bool) -> None:
    task_id = await a_task_at(service, 30)
    await service.post("G06", f"/tasks/{task_id}/evidence", EVIDENCE)
    await say(service, task_id, 10, percent=40, bulk=bulk)
    task = await service.get(f"/tasks/{task_id}")
    assert (task["status"], task["percent"], task["last_report_at"]) == ("in_progress", 40, "2025-12-04T03:10:00Z")
    assert task["occurred_at"] == "2025-12-04T03:30:00Z"


@BULK
@pytest.mark.asyncio
async def test_a_result_that_was_handed_in_stays_handed_in(service: Service, bulk: bool) -> None:
    task_id = await a_task_at(service, 20)
    await service.post("G06", f"/tasks/{task_id}/submit", {"evidence": [EVIDENCE]})
    service.clock.pass_by(minutes=20)
    await say(service, task_id, 10, percent=80, bulk=bulk)
    task = await service.get(f"/tasks/{task_id}")
    assert (task["status"], task["percent"], task["reports_count"]) == ("submitted", 100, 1)
    after = await say(service, task_id, 30, percent=90)
    assert (after.status_code, after.json()["code"]) == (409, "transition-not-allowed")
    returned = await service.post("P57", f"/tasks/{task_id}/return", {"reason": "Thiếu"})
    assert (returned.json()["status"], returned.json()["percent"]) == ("returned", 80)
    service.clock.pass_by(minutes=10)
    await say(service, task_id, 15, percent=85, bulk=bulk)
    task = await service.get(f"/tasks/{task_id}")
    assert (task["status"], task["percent"]) == ("returned", 85)


@BULK
@pytest.mark.asyncio
async def test_nothing_is_reported_of_a_time_before_the_assignment(service: Service, bulk: bool) -> None:
    task_id = await a_task_at(service, 5)
    refused = await say(service, task_id, 0, bulk=bulk, occurred_at="2025-12-04T09:59:59+07:00")
    told = refused.json()["items"][0]["problem"] if bulk else refused.json()
    assert told["code"] == "fact-behind-last-change"


@pytest.mark.asyncio
async def test_evidence_of_an_earlier_minute_is_taken_and_a_decision_is_not(service: Service) -> None:
    task_id = await a_task_at(service, 30)
    await say(service, task_id, 20, percent=50)
    headers = service.headers("G06", "tasks:report", "facts:past")
    path = f"/api/tasks/v1/tasks/{task_id}/evidence"
    late = await service.http.post(path, json=EVIDENCE | {"occurred_at": at(10)}, headers=headers)
    assert (late.status_code, late.json()["occurred_at"]) == (201, "2025-12-04T03:20:00Z")
    before = await service.http.post(
        path, json=EVIDENCE | {"occurred_at": "2025-12-04T09:00:00+07:00"}, headers=headers
    )
    assert (before.status_code, before.json()["code"]) == (409, "fact-behind-last-change")
    decision = {"deadline": "2026-01-31", "reason": "Muộn", "occurred_at": at(10)}
    headers = service.headers("P57", "tasks:assign", "facts:past")
    refused = await service.http.post(f"/api/tasks/v1/tasks/{task_id}/extend", json=decision, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "fact-behind-last-change")


@BULK
@pytest.mark.asyncio
async def test_a_clock_that_is_a_minute_ahead_says_now(service: Service, bulk: bool) -> None:
    task_id = await an_assigned_task(service)
    ahead = {"occurred_at": "2025-12-04T10:01:00+07:00", "percent": 10}
    taken = await say(service, task_id, 1, bulk=bulk, **ahead)
    assert taken.status_code == (200 if bulk else 201), taken.text
    task = await service.get(f"/tasks/{task_id}")
    assert task["last_report_at"] == "2025-12-04T03:00:00Z"
    service.clock.pass_by(minutes=5)
    again = await say(service, task_id, 1, bulk=bulk, **ahead)
    assert again.status_code == 200
    assert (await service.get(f"/tasks/{task_id}"))["reports_count"] == 1, "the same report, sent again"
    far = await say(service, task_id, 1, bulk=bulk, occurred_at="2025-12-04T10:06:01+07:00")
    told = far.json()["items"][0]["problem"] if bulk else far.json()
    assert told["code"] == "fact-in-future"


@BULK
@pytest.mark.asyncio
async def test_a_late_report_tells_nothing_that_is_hidden(service: Service, bulk: bool) -> None:
    task_id = await a_task_at(service, 5)
    await say(service, task_id, 5, percent=30)
    await service.post("P57", "/tasks", proposal(classification="restricted"))
    service.clock.pass_by(minutes=10)
    await say(service, task_id, 15, percent=77)
    await service.post("P57", "/tasks", proposal())
    await say(service, task_id, 10, bulk=bulk)
    task = await service.get(f"/tasks/{task_id}")
    assert (task["percent"], task["last_report_at"], task["reports_count"]) == (30, "2025-12-04T03:10:00Z", 2)
    await say(service, task_id, 9, percent=20, bulk=bulk)
    task = await service.get(f"/tasks/{task_id}")
    assert (task["percent"], task["last_report_at"], task["reports_count"]) == (30, "2025-12-04T03:10:00Z", 3)
    reports = (await service.get(f"/tasks/{task_id}/reports"))["items"]
    assert [one["percent"] for one in reports] == [30, 20, 30]
    for event in await service.events():
        assert not event.published or event.data.get("percent") != 77
