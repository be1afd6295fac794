"""Who reads a restricted task is in the access log; who reads what everyone may is not."""

from typing import Any

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task

from sixclear.tasks.organisation.seed import organisation_id

pytestmark = pytest.mark.asyncio


async def access_log(service: Service) -> list[dict[str, Any]]:
    """The log as an operator reads it, without the readings of the log itself."""
    headers = service.headers("P57", "audit:read")
    response = await service.http.get(f"{service.prefix}/access-log", headers=headers)
    assert response.status_code == 200, response.text
    return [one for one in response.json()["items"] if one["operation"] != "readTasksAccessLog"]


async def test_a_restricted_task_that_is_read_leaves_one_row(service: Service) -> None:
    task_id = await an_assigned_task(service, classification="restricted")
    assert await access_log(service) == []
    path = f"{service.prefix}/own/tasks/{task_id}"
    read = await service.http.get(path, headers=service.headers("G06", "tasks:report"))
    assert read.status_code == 200
    [row] = await access_log(service)
    assert (row.pop("read_at"), row.pop("request_id")) == ("2025-12-04T03:00:00Z", read.headers["X-Request-ID"])
    assert row == {
        "client_id": "org-G06",
        "organisation_id": str(organisation_id("G06")),
        "scopes": ["tasks:report"],
        "operation": "getOwnTask",
        "entity": str(task_id),
        "filter": {},
    }
    known = {"If-None-Match": read.headers["ETag"]}
    assert (await service.http.get(path, headers=service.headers("G06") | known)).status_code == 304
    assert (await service.http.get(path, headers=service.headers("G01"))).status_code == 404
    assert len(await access_log(service)) == 1


async def test_what_hangs_on_it_and_lists_of_it_are_noted_with_their_filter(service: Service) -> None:
    task_id = await an_assigned_task(service, classification="restricted")
    headers = service.headers("G06")
    for path in ("/own/tasks?role=lead&bucket=in_term&q=Trần%20Bình", f"/own/tasks/{task_id}/history"):
        assert (await service.http.get(service.prefix + path, headers=headers)).status_code == 200
    listed = [(one["operation"], one["entity"], one["filter"]) for one in await access_log(service)]
    assert listed == [
        ("listOwnTaskHistory", str(task_id), {}),
        ("listOwnTasks", None, {"role": "lead", "bucket": "in_term", "q": "…"}),
    ]


async def test_a_public_reading_leaves_none(service: Service) -> None:
    task_id = await an_assigned_task(service)
    for path in ("/tasks", f"/tasks/{task_id}", f"/tasks/{task_id}/history", "/log"):
        for headers in ({}, service.headers("G06")):
            assert (await service.http.get(service.prefix + path, headers=headers)).status_code == 200
    assert await access_log(service) == []


async def test_the_own_log_is_noted_where_it_shows_more_than_everyone_may_read(service: Service) -> None:
    headers = service.headers("G06")
    await an_assigned_task(service)
    assert (await service.http.get(f"{service.prefix}/own/log", headers=headers)).status_code == 200
    assert await access_log(service) == []
    await an_assigned_task(service, external_id="NV-2", classification="restricted")
    page = await service.http.get(f"{service.prefix}/own/log", headers=headers)
    assert [one["operation"] for one in await access_log(service)] == ["readOwnLog"]
    end = await service.http.get(
        f"{service.prefix}/own/log", params={"after": page.headers["Log-After"]}, headers=headers
    )
    assert (end.json(), len(await access_log(service))) == ([], 1)
