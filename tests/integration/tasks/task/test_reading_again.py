"""Machines that ask again whether a task has changed (RFC 9110 §8.8, §13.1)."""

from datetime import datetime

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, statements


@pytest.mark.asyncio
async def test_an_unchanged_task_costs_no_body_and_one_statement(service: Service) -> None:
    task_id = await an_assigned_task(service)
    path = f"/api/tasks/v1/tasks/{task_id}"
    tag = (await service.http.get(path)).headers["etag"]
    with statements(service) as sent:
        unchanged = await service.http.get(path, headers={"If-None-Match": tag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert len(sent) == 1, sent


@pytest.mark.asyncio
async def test_a_deadline_that_passes_is_news_to_a_reader_that_asks_again(service: Service) -> None:
    task_id = await an_assigned_task(service)
    path = f"/api/tasks/v1/tasks/{task_id}"
    tag = (await service.http.get(path)).headers["etag"]
    service.clock.pass_by(days=400)
    overdue = await service.http.get(path, headers={"If-None-Match": tag})
    assert (overdue.status_code, overdue.json()["bucket"]) == (200, "overdue")
    again = await service.http.get(path, headers={"If-None-Match": overdue.headers["etag"]})
    assert (again.status_code, again.headers["etag"]) == (304, overdue.headers["etag"])
    body = {"percent": 40, "text": "Chậm, đang làm"}
    first = await service.post("G06", f"/tasks/{task_id}/progress", body, **{"If-Match": tag})
    assert first.status_code == 201, "no other body changed it: the version that was read is still the current one"


@pytest.mark.asyncio
async def test_a_deadline_that_comes_near_is_news_too(service: Service) -> None:
    task_id = await an_assigned_task(service)
    path = f"/api/tasks/v1/tasks/{task_id}"
    answer = await service.http.get(path)
    assert answer.json()["timing"] == {"standing": "on_track", "original": None, "waits_since": None}
    left = datetime.fromisoformat(answer.json()["current_deadline"]) - service.clock.now
    service.clock.pass_by(days=left.days - 6)
    soon = await service.http.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (soon.status_code, soon.json()["timing"]["standing"]) == (200, "due_soon")
    service.clock.pass_by(days=2)
    near = await service.http.get(path, headers={"If-None-Match": soon.headers["etag"]})
    assert (near.status_code, near.json()["timing"]["standing"]) == (200, "at_risk")
    listed = (await service.http.get("/api/tasks/v1/tasks")).json()["items"]
    assert [one["timing"] for one in listed if one["task_id"] == str(task_id)] == [near.json()["timing"]]
