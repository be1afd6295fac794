"""Who reads a restricted task is in the access log; who reads what everyone may is not."""

from typing import Any

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task
from tests.integration.tasks.decision.conftest import asked
from tests.integration.tasks.evidence.evidence import attach
from tests.integration.tasks.period.test_periods import WEEKLY

from sixclear.tasks.organisation.seed import organisation_id

pytestmark = pytest.mark.asyncio


async def access_log(service: Service, **narrowed: str) -> list[dict[str, Any]]:
    """The log as an operator reads it, without the readings of the log itself."""
    headers = service.headers("P57", "audit:read")
    response = await service.http.get(f"{service.prefix}/access-log", headers=headers, params=narrowed)
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
    assert (await service.http.get(path, headers=service.headers("G01"))).status_code == 404
    assert len(await access_log(service)) == 1


@pytest.mark.parametrize("named", ["*", None])
async def test_that_a_restricted_task_is_still_as_it_was_leaves_a_row(service: Service, named: str | None) -> None:
    task_id = await an_assigned_task(service, classification="restricted")
    path = f"{service.prefix}/own/tasks/{task_id}"
    tag = named or (await service.http.get(path, headers=service.headers("G06"))).headers["ETag"]
    before = len(await access_log(service))
    same = await service.http.get(path, headers=service.headers("G06") | {"If-None-Match": tag})
    assert (same.status_code, len(await access_log(service)) - before) == (304, 1)


async def test_what_is_shown_without_a_change_leaves_a_row(service: Service, both_ways: None) -> None:
    task_id = await an_assigned_task(service, classification="restricted")
    said = {"text": "Đang làm", "percent": 10}
    assert (await service.post("G06", f"/tasks/{task_id}/progress", said)).status_code == 201
    assert await access_log(service) == [], "the event says who did it"
    assert (await service.post("G06", f"/tasks/{task_id}/progress", said)).status_code == 200
    patch = service.headers("G06") | {"Content-Type": "application/merge-patch+json"}
    same = await service.http.patch(f"{service.prefix}/tasks/{task_id}", content=b"{}", headers=patch)
    assert same.status_code == 200, same.text
    listed = [(one["operation"], one["entity"], one["client_id"]) for one in await access_log(service)]
    assert listed == [("patchTask", str(task_id), "org-G06"), ("reportProgress", str(task_id), "org-G06")]


async def test_a_kept_answer_that_is_given_again_leaves_a_row(service: Service, both_ways: None) -> None:
    task_id = await an_assigned_task(service, classification="restricted")
    said, key = {"text": "Đang làm", "percent": 10}, {"Idempotency-Key": "k-1"}
    for _ in range(2):
        assert (await service.post("G06", f"/tasks/{task_id}/progress", said, **key)).status_code == 201
    assert [one["operation"] for one in await access_log(service)] == ["reportProgress"]


async def test_readings_of_what_hangs_on_a_task_are_found_by_the_task(service: Service) -> None:
    task_id = await an_assigned_task(service, classification="restricted")
    other = await an_assigned_task(service, external_id="NV-2", classification="restricted")
    evidence_id = await attach(service, task_id)
    entry = {"title": "Mốc", "weight": 5, "deadline": "2025-12-10"}
    milestone = (await service.post("G06", f"/tasks/{task_id}/milestones", entry)).json()["milestone_id"]
    decision_id = await asked(service, task_id, "extension", deadline="2025-12-20")
    paths = (
        f"/own/tasks/{task_id}/evidence",
        f"/own/evidence/{evidence_id}",
        f"/own/milestones/{milestone}",
        f"/own/decisions/{decision_id}",
        f"/own/decisions?task={task_id}",
        f"/own/tasks/{other}",
    )
    for path in paths:
        answer = await service.http.get(service.prefix + path, headers=service.headers("G06"))
        assert answer.status_code == 200, answer.text
    found = [one["operation"] for one in await access_log(service, entity=str(task_id))]
    last = ["listOwnDecisions", "getOwnDecision", "getOwnMilestone", "getOwnEvidence", "listOwnEvidence"]
    assert found == [*last, "listOwnEvidence"], "the first one by `attach`"
    assert [one["operation"] for one in await access_log(service, entity=evidence_id)] == ["getOwnEvidence"]
    assert await access_log(service, entity="no-identifier") == []


async def test_readings_of_periods_are_found_by_their_task(service: Service) -> None:
    task_id = await an_assigned_task(service, classification="restricted", **WEEKLY)
    path = f"{service.prefix}/own/tasks/{task_id}/periods/2025-W49"
    assert (await service.http.get(path, headers=service.headers("G06"))).status_code == 200
    found = await access_log(service, entity=str(task_id))
    assert [one["operation"] for one in found] == ["getOwnPeriod"]


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
