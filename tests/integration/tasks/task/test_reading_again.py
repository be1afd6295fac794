"""Machines that ask again whether a task has changed (RFC 9110 §8.8, §13.1)."""

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
