"""Periods of a recurring task come into being by themselves, are shown, and hide when their task does."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task

from sixclear.tasks.period.service.passing import pass_time

pytestmark = pytest.mark.asyncio

WEEKLY: dict[str, Any] = {"kind": "recurring", "deadline": None, "recurrence": "FREQ=WEEKLY;BYDAY=FR"}
MONTHLY: dict[str, Any] = WEEKLY | {"recurrence": "FREQ=MONTHLY;BYMONTHDAY=20"}


async def passed(service: Service) -> int:
    """How many steps time has done."""
    return await pass_time(service.database, service.log, service.clock)


async def periods(service: Service, task_id: UUID | str) -> list[dict[str, Any]]:
    """The periods of a task, as everyone reads them, the oldest first."""
    listed: list[dict[str, Any]] = (await service.get(f"/tasks/{task_id}/periods"))["items"]
    return listed[::-1]


async def told(service: Service) -> list[tuple[str | None, str, bool]]:
    """The key, the change and whether it went out, of each event of a period."""
    return [
        (event.data.get("key"), event.change, event.published)
        for event in await service.events()
        if event.entity_type == "period"
    ]


async def patch(service: Service, path: str, **changes: Any) -> None:
    """Change a part of something as the assigning body, which owns the programme."""
    headers = service.headers("P57") | {"content-type": "application/merge-patch+json"}
    changed = await service.http.patch(f"{service.prefix}{path}", json=changes, headers=headers)
    assert changed.status_code == 200, changed.text


async def test_a_period_opens_with_the_assignment_and_the_next_one_by_itself(service: Service) -> None:
    task_id = await an_assigned_task(service, **WEEKLY)
    version = (await service.get(f"/tasks/{task_id}"))["version"]
    (first,) = await periods(service, task_id)
    assert (first["key"], first["status"], first["timing"]) == ("2025-W49", "open", "pending")
    assert (first["opens_at"], first["due_at"]) == ("2025-12-04T03:00:00Z", "2025-12-05T10:00:00Z")
    service.clock.now = datetime(2025, 12, 5, 10, 0, 1, tzinfo=UTC)
    assert await passed(service) > 0
    assert await passed(service) == 0
    assert [(one["key"], one["status"], one["timing"]) for one in await periods(service, task_id)] == [
        ("2025-W49", "missed", "missing"),
        ("2025-W50", "open", "pending"),
    ]
    missed = next(event for event in await service.events() if event.change == "missed")
    assert missed.occurred_at == datetime(2025, 12, 5, 10, 0, tzinfo=UTC), "the boundary, not when it was noticed"
    assert (missed.data["programme"], missed.data["assigned_by"]) == ("plan", "central")
    assert (await service.get(f"/tasks/{task_id}"))["version"] == version, "time does not touch the task"


async def test_a_standstill_of_forty_days_on_two_processes_doubles_nothing(service: Service) -> None:
    tasks = [
        await an_assigned_task(service, **WEEKLY | {"recurrence": rule, "external_id": f"NV-{number}"})
        for number, rule in enumerate(["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=SA", "FREQ=MONTHLY;BYMONTHDAY=-1"])
    ]
    service.clock.now += timedelta(days=40)
    await asyncio.gather(*(passed(service) for _ in range(3)))
    assert await passed(service) == 0
    events = [event for event in await service.events() if event.entity_type == "period"]
    assert len({(event.entity_id, event.version) for event in events}) == len(events)
    daily, weekly, monthly = [await periods(service, task_id) for task_id in tasks]
    # From Thursday 4 December to Tuesday 13 January; 1 and 2 January are off, 10 January works.
    assert len(daily) == 28
    assert {"2026-01-02", "2026-01-10"} & {one["key"] for one in daily} == {"2026-01-10"}
    assert [one["key"] for one in weekly] == [f"2025-W{week}" for week in range(49, 53)] + [
        "2026-W01",
        "2026-W02",
        "2026-W03",
    ]
    assert [one["key"] for one in monthly] == ["2025-12", "2026-01"]
    for of_task in (daily, weekly, monthly):
        assert [one["due_at"] for one in of_task[:-1]] == [one["opens_at"] for one in of_task[1:]]
        assert of_task[-1]["status"] == "open"


async def test_a_due_day_that_is_off_goes_where_the_programme_says(service: Service) -> None:
    service.clock.now = datetime(2026, 2, 2, 3, 0, tzinfo=UTC)
    task_id = await an_assigned_task(service, **MONTHLY)
    (february,) = await periods(service, task_id)
    assert (february["key"], february["due_at"]) == ("2026-02", "2026-02-23T10:00:00Z")
    assert february["due"]["rule_day"] == "2026-02-20"
    assert february["due"]["legal_basis"] == "Civil Code 91/2015/QH13, Art. 148.5"
    assert [day["day"] for day in february["due"]["special"]] == ["2026-02-20"]
    assert (await service.get(f"/tasks/{task_id}"))["current_period"]["due_at"] == february["due_at"]
    await patch(service, "/programmes/plan", due_roll="previous", deadline_hour=11)
    other = await an_assigned_task(service, **MONTHLY | {"external_id": "NV-2"})
    assert (await periods(service, other))[0]["due_at"] == "2026-02-13T04:00:00Z"
    assert (await service.get(f"/tasks/{other}"))["current_period"]["due_at"] == "2026-02-13T04:00:00Z"
    dated = await an_assigned_task(service, external_id="NV-3", deadline="2026-03-02")
    assert (await service.get(f"/tasks/{dated}"))["current_deadline"] == "2026-03-02T04:00:00Z"


async def test_a_changed_rule_moves_the_open_period_into_a_new_series(service: Service) -> None:
    task_id = await an_assigned_task(service, **WEEKLY)
    service.clock.now = datetime(2025, 12, 9, 3, 0, tzinfo=UTC)
    await passed(service)
    await patch(service, f"/tasks/{task_id}", recurrence="FREQ=MONTHLY;BYMONTHDAY=22")
    assert [(one["key"], one["series"], one["status"]) for one in await periods(service, task_id)] == [
        ("2025-W49", 1, "missed"),
        ("2025-12", 2, "open"),
    ]
    service.clock.now = datetime(2026, 1, 5, tzinfo=UTC)
    await passed(service)
    assert [one["key"] for one in await periods(service, task_id)] == ["2025-W49", "2025-12", "2026-01"]


async def test_what_was_not_reported_is_locked_after_the_days_of_the_programme(service: Service) -> None:
    await patch(service, "/programmes/plan", period_lock_days=1)
    task_id = await an_assigned_task(service, **WEEKLY)
    (first,) = await periods(service, task_id)
    assert first["locks_at"] == "2025-12-08T10:00:00Z", "a working day after Friday"
    service.clock.now = datetime(2025, 12, 8, 10, 0, 1, tzinfo=UTC)
    await passed(service)
    assert [change for _, change, _ in await told(service)] == ["opened", "missed", "locked", "opened"]
    assert (await periods(service, task_id))[0]["timing"] == "missing"


async def test_periods_of_a_restricted_task_are_for_the_bodies_concerned(service: Service) -> None:
    task_id = await an_assigned_task(service, **WEEKLY)
    await patch(service, f"/tasks/{task_id}", classification="restricted")
    path = f"{service.prefix}/tasks/{task_id}/periods"
    own = path.replace("/tasks/v1/tasks/", "/tasks/v1/own/tasks/")
    assert (await service.http.get(path)).status_code == 404
    assert (await service.http.get(own, headers=service.headers("G01"))).status_code == 404
    assert (await service.http.get(f"{own}/2025-W49", headers=service.headers("G06"))).status_code == 200
    service.clock.now += timedelta(days=7)
    await passed(service)
    assert [(change, out) for _, change, out in await told(service)] == [
        ("opened", True),
        ("withdrawn", True),
        ("missed", False),
        ("opened", False),
    ]
    await patch(service, f"/tasks/{task_id}", classification="public")
    assert [(change, out) for _, change, out in await told(service)][4:] == [("restated", True), ("restated", True)]
    assert [one["status"] for one in await periods(service, task_id)] == ["missed", "open"]


async def test_a_page_of_periods_goes_on_where_the_one_before_ended(service: Service) -> None:
    task_id = await an_assigned_task(service, **WEEKLY)
    service.clock.now += timedelta(days=28)
    await passed(service)
    path, seen = f"{service.prefix}/tasks/{task_id}/periods?limit=2", []
    cursor: str | None = ""
    while cursor is not None:
        page = (await service.http.get(path, params={"cursor": cursor} if cursor else {})).json()
        seen += [one["key"] for one in page["items"]]
        cursor = page["next"]
    assert seen == ["2026-W01", "2025-W52", "2025-W51", "2025-W50", "2025-W49"]
    one = await service.http.get(f"{service.prefix}/tasks/{task_id}/periods/2025-W50")
    assert (one.status_code, one.json()["key"], one.headers["etag"] != "") == (200, "2025-W50", True)
    none = await service.http.get(f"{service.prefix}/tasks/{task_id}/periods/2025-W10")
    assert (none.status_code, none.json()["code"]) == (404, "period-not-found")
