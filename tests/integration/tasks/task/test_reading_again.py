"""Machines that ask again whether a task has changed (RFC 9110 §8.8, §13.1)."""

from datetime import datetime

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, statements
from tests.integration.tasks.evidence.evidence import classify
from tests.integration.tasks.task.test_upper import a_national_task, own

from sixclear.tasks.organisation.seed import organisation_id


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


@pytest.mark.asyncio
async def test_an_upper_task_that_is_hidden_is_news_of_the_task_below_it(service: Service) -> None:
    upper = await a_national_task(service)
    made = (await service.post("P57", "/tasks", own(upper))).json()
    path = f"/api/tasks/v1/tasks/{made['task_id']}"
    first = await service.http.get(path)
    await classify(service, upper, "restricted")
    hidden = await service.http.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (hidden.status_code, hidden.json()["upper_task_id"]) == (200, None)
    assert hidden.headers["etag"] != first.headers["etag"]
    same = await service.http.get(path, headers={"If-None-Match": hidden.headers["etag"]})
    assert same.status_code == 304
    await classify(service, upper, "public")
    again = await service.http.get(path, headers={"If-None-Match": hidden.headers["etag"]})
    assert (again.json()["upper_task_id"], again.headers["etag"]) == (str(upper), first.headers["etag"])
    said = {"percent": 40, "text": "Đang làm"}
    report = await service.post(
        "G06", f"/tasks/{made['task_id']}/progress", said, **{"If-Match": hidden.headers["etag"]}
    )
    assert report.status_code == 201, "the task's own version is the one that was read"


@pytest.mark.asyncio
async def test_a_body_or_a_directive_with_another_name_is_news_of_the_task(service: Service, both_ways: None) -> None:
    entry = {"programme": "plan", "number": "12/CT-TTg", "issued_on": "2025-11-01", "issuer": "P57", "title": "Chỉ thị"}
    directive = (await service.post("P57", "/directives", entry)).json()["directive_id"]
    task_id = await an_assigned_task(service, directive_id=directive, lead_organisation="25999")
    path = f"/api/tasks/v1/tasks/{task_id}"
    first = await service.http.get(path)
    assert (await service.post("P57", "/directives", entry | {"title": "Chỉ thị mới"})).status_code == 200
    titled = await service.http.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (titled.status_code, titled.json()["directive"]["title"]) == (200, "Chỉ thị mới")
    renamed = {"name_vi": "Phường Mới", "reason": "Sắp xếp", "document": "12/NQ"}
    upgraded = await service.post("75", f"/organisations/{organisation_id('25999')}/upgrade", renamed)
    assert upgraded.status_code == 200, upgraded.text
    moved = await service.http.get(path, headers={"If-None-Match": titled.headers["etag"]})
    assert (moved.status_code, moved.json()["lead_organisation"]["name_vi"]) == (200, "Phường Mới")
    said = await service.post("25999", f"/tasks/{task_id}/progress", {"percent": 4, "text": "Đang làm"})
    assert said.headers["etag"] == (await service.http.get(path)).headers["etag"]
