"""Recurring tasks: what a rule is told when it is given, and what reading costs."""

import time

import httpx2
import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal

pytestmark = pytest.mark.usefixtures("both_ways")

RECURRING = {"kind": "recurring", "deadline": None}


def refusal(response: httpx2.Response) -> tuple[int, str, str]:
    return response.status_code, response.json()["code"], response.json()["errors"][0]["code"]


@pytest.mark.asyncio
async def test_a_rule_without_an_occurrence_after_the_assignment_is_refused_at_every_door(service: Service) -> None:
    refused = 422, "recurrence-invalid", "never-occurs"
    over = proposal(**RECURRING, recurrence="FREQ=DAILY;UNTIL=20201231")
    assert refusal(await service.post("P57", "/tasks", over)) == refused
    proposed = await service.post("P57", "/tasks", over | {"assign": False})
    task_id = proposed.json()["task_id"]
    assert refusal(await service.post("P57", f"/tasks/{task_id}/assign", {})) == refused
    assert (await service.post("P57", "/tasks", over | {"recurrence": "FREQ=DAILY"})).json()["status"] == "assigned"
    assert refusal(await service.post("P57", "/tasks", over)) == refused
    assert (await service.get(f"/tasks/{task_id}"))["recurrence"] == "FREQ=DAILY"


@pytest.mark.asyncio
async def test_the_only_period_of_a_task_that_is_assigned_in_the_evening_can_be_reported(service: Service) -> None:
    service.clock.pass_by(hours=8)
    task_id = await an_assigned_task(service, **RECURRING, recurrence="FREQ=DAILY;COUNT=1")
    period = {"due_at": "2025-12-05T10:00:00Z", "previous_due_at": None, "reported": False}
    assert (await service.get(f"/tasks/{task_id}"))["current_period"] == period
    await service.post("G06", f"/tasks/{task_id}/progress", {"text": "Xong kỳ này"})
    assert (await service.get(f"/tasks/{task_id}"))["current_period"] == period | {"reported": True}


@pytest.mark.asyncio
async def test_a_reader_that_asks_again_hears_of_the_next_period(service: Service) -> None:
    task_id = await an_assigned_task(service, **RECURRING, recurrence="FREQ=DAILY;COUNT=2")  # Thursday and Friday
    told = set()
    for _ in range(3):
        first = await service.http.get(f"/api/tasks/v1/tasks/{task_id}")
        known = {"If-None-Match": first.headers["etag"]}
        assert (await service.http.get(f"/api/tasks/v1/tasks/{task_id}", headers=known)).status_code == 304
        told.add(first.headers["etag"])
        service.clock.pass_by(days=1)
        assert (await service.http.get(f"/api/tasks/v1/tasks/{task_id}", headers=known)).status_code == (
            200 if first.json()["current_period"] else 304
        )
    headers = service.headers("G06") | {"If-Match": first.headers["etag"]}
    path = f"/api/tasks/v1/tasks/{task_id}/progress"
    assert (await service.http.post(path, json={"text": "Xong"}, headers=headers)).status_code == 201
    assert len(told) == 3


@pytest.mark.asyncio
async def test_a_rule_is_told_which_months_it_skips(service: Service) -> None:
    task_id = await an_assigned_task(service, **RECURRING, recurrence="FREQ=MONTHLY;BYMONTHDAY=31")
    assert (await service.get(f"/tasks/{task_id}"))["months_skipped"] == [2, 4, 6, 9, 11]
    assert (await service.get(f"/tasks/{await an_assigned_task(service, external_id='NV-2')}"))["months_skipped"] == []


@pytest.mark.asyncio
async def test_reading_a_task_of_1945_costs_no_more_than_one_of_today(service: Service) -> None:
    headers = service.headers("P57", "tasks:write", "tasks:assign", "facts:past")
    costs: list[float] = []
    for number, (rule, occurred_at) in enumerate(
        [
            ("FREQ=DAILY", None),
            ("FREQ=DAILY;BYMONTH=1,3,5,7,9,11", "1945-09-02T09:00:00+07:00"),
            ("FREQ=DAILY;UNTIL=20201231", "1945-09-02T09:00:00+07:00"),
        ]
    ):
        body = proposal(**RECURRING, recurrence=rule, external_id=f"NV-{number}", occurred_at=occurred_at)
        created = await service.http.post("/api/tasks/v1/tasks", json=body, headers=headers)
        assert created.status_code == 201, created.text
        began = time.process_time()
        for _ in range(16):
            await service.get(f"/tasks/{created.json()['task_id']}")
        costs.append(time.process_time() - began)
    assert max(costs[1:]) < 2 * costs[0] + 0.2, costs
