"""A pause stops the clock of a task in the bucket in which it finds it; a resume says which deadline holds."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal
from tests.integration.tasks.decision.conftest import ask, asked, decide, told

from sixclear.tasks.period.service.passing import pass_time

pytestmark = pytest.mark.asyncio


async def test_a_paused_task_crosses_no_deadline(service: Service) -> None:
    task_id = await an_assigned_task(service)
    assert (await service.post("G06", f"/tasks/{task_id}/progress", {"percent": 40, "text": "Đang làm"})).is_success
    paused = (await decide(service, await asked(service, task_id, "pause"))).json()
    assert paused["former"]["deadline"] == "2025-12-15T10:00:00Z"
    service.clock.now = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
    task = await service.get(f"/tasks/{task_id}")
    assert (task["status"], task["bucket"], task["current_deadline"]) == ("paused", "in_term", None)
    assert (task["original_deadline"], task["missing_clears"]) == ("2025-12-15T10:00:00Z", [])
    assert task["paused_since"] == "2025-12-04T03:00:00Z"
    listed = await service.get("/tasks", status="paused", bucket="in_term")
    assert [one["task_id"] for one in listed["items"]] == [str(task_id)]
    for code, step, body in (
        ("G06", "progress", {"text": "Vẫn làm"}),
        ("G06", "submit", {}),
        ("P57", "extend", {"deadline": "2026-02-01", "reason": "Tiếp tục"}),
    ):
        assert (await service.post(code, f"/tasks/{task_id}/{step}", body)).status_code == 409, step
    again = await service.post("P57", "/tasks", proposal(title="Tên mới"))
    assert (again.status_code, again.json()["current_deadline"]) == (200, None), "its description may still change"

    without = await ask(service, task_id, "resume")
    assert (without.status_code, without.json()["errors"][0]["pointer"]) == (422, "#/deadline")
    over = await ask(service, task_id, "resume", deadline="2025-12-31")
    assert over.json()["code"] == "deadline-in-past"
    resumed = await decide(service, await asked(service, task_id, "resume", deadline="2026-03-31"))
    assert resumed.json()["state"] == "granted", resumed.text
    task = await service.get(f"/tasks/{task_id}")
    assert (task["status"], task["percent"], task["paused_since"]) == ("in_progress", 40, None)
    assert (task["original_deadline"], task["current_deadline"]) == ("2025-12-15T10:00:00Z", "2026-03-31T10:00:00Z")
    changes = [change for kind, change, _ in await told(service) if kind == "task"]
    assert changes == ["proposed", "assigned", "progress_reported", "paused", "updated", "resumed"]


async def test_an_overdue_task_stays_overdue_while_it_is_paused(service: Service) -> None:
    task_id = await an_assigned_task(service)
    service.clock.now = datetime(2025, 12, 16, 3, 0, tzinfo=UTC)
    await decide(service, await asked(service, task_id, "pause"))
    task = await service.get(f"/tasks/{task_id}")
    assert (task["status"], task["bucket"], task["current_deadline"]) == ("paused", "overdue", "2025-12-15T10:00:00Z")
    same = await decide(service, await asked(service, task_id, "resume", deadline="2025-12-15"))
    assert same.json()["state"] == "granted", same.text
    assert (await service.get(f"/tasks/{task_id}"))["bucket"] == "overdue"


async def test_a_recurring_task_is_paused_and_resumed_by_its_rule(service: Service) -> None:
    rule = {"kind": "recurring", "deadline": None, "recurrence": "FREQ=MONTHLY;BYMONTHDAY=22"}
    task_id = await an_assigned_task(service, **rule)
    await decide(service, await asked(service, task_id, "pause"))
    assert (await service.get(f"/tasks/{task_id}"))["bucket"] == "recurring"
    assert (await ask(service, task_id, "resume", deadline="2026-02-01")).status_code == 422
    await decide(service, await asked(service, task_id, "resume"))
    assert (await service.get(f"/tasks/{task_id}"))["status"] == "assigned"


async def test_no_period_of_a_recurring_task_is_missing_that_was_due_in_a_pause(service: Service) -> None:
    rule = {"kind": "recurring", "deadline": None, "recurrence": "FREQ=WEEKLY;BYDAY=FR"}
    task_id = await an_assigned_task(service, **rule)
    await decide(service, await asked(service, task_id, "pause"))
    service.clock.now = datetime(2026, 1, 15, 3, 0, tzinfo=UTC)  # six weeks later, a Thursday
    await pass_time(service.database, service.log, service.clock)
    await decide(service, await asked(service, task_id, "resume"))
    await pass_time(service.database, service.log, service.clock)
    shown = (await service.get(f"/tasks/{task_id}/periods"))["items"]
    assert [(one["key"], one["status"], one["timing"]) for one in shown] == [
        ("2026-W03", "open", "pending"),
        ("2025-W49", "locked", None),
    ]
    assert (shown[0]["opens_at"], shown[0]["due_at"]) == ("2026-01-15T03:00:00Z", "2026-01-16T10:00:00Z")


async def test_a_period_goes_on_after_a_pause_within_its_window(service: Service) -> None:
    rule = {"kind": "recurring", "deadline": None, "recurrence": "FREQ=WEEKLY;BYDAY=FR"}
    task_id = await an_assigned_task(service, **rule)
    before = (await service.get(f"/tasks/{task_id}/periods"))["items"]
    await decide(service, await asked(service, task_id, "pause"))
    service.clock.now += timedelta(hours=5)
    await decide(service, await asked(service, task_id, "resume"))
    after = (await service.get(f"/tasks/{task_id}/periods"))["items"]
    assert [one | {"version": 1} for one in after] == before
    changes = [event.change for event in await service.events() if event.entity_type == "period"]
    assert changes == ["opened", "locked", "reopened"]


async def test_both_of_two_periods_that_fall_due_together_go_on_after_a_pause(service: Service) -> None:
    rule = {"kind": "recurring", "deadline": None, "recurrence": "FREQ=WEEKLY;BYDAY=SU"}
    task_id = await an_assigned_task(service, **rule)
    service.clock.now = datetime(2026, 2, 17, 3, tzinfo=UTC)  # the first day of Tet: both Sundays are due on the 23rd
    await pass_time(service.database, service.log, service.clock)
    before = (await service.get(f"/tasks/{task_id}/periods"))["items"][:2]
    assert [(one["key"], one["due_at"]) for one in before] == [
        ("2026-W08", "2026-02-23T10:00:00Z"),
        ("2026-W07", "2026-02-23T10:00:00Z"),
    ]
    await decide(service, await asked(service, task_id, "pause"))
    service.clock.now += timedelta(days=1)
    await decide(service, await asked(service, task_id, "resume"))
    after = (await service.get(f"/tasks/{task_id}/periods"))["items"][:2]
    assert [one | {"version": 1} for one in after] == before
    report = {"text": "Đúng tiến độ", "period": "2026-W07"}
    assert (await service.post("G06", f"/tasks/{task_id}/progress", report)).is_success
    service.clock.now = datetime(2026, 2, 24, 3, tzinfo=UTC)
    await pass_time(service.database, service.log, service.clock)
    ended = (await service.get(f"/tasks/{task_id}/periods"))["items"][1:3]
    assert [(one["key"], one["timing"]) for one in ended] == [("2026-W08", "missing"), ("2026-W07", "on_time")]


async def test_nothing_of_a_pause_is_left_of_a_task_that_is_cancelled_in_it(service: Service) -> None:
    task_id = await an_assigned_task(service)
    await decide(service, await asked(service, task_id, "pause"))
    await decide(service, await asked(service, task_id, "cancellation"))
    task = await service.get(f"/tasks/{task_id}")
    assert (task["status"], task["paused_since"], task["original_deadline"]) == (
        "cancelled",
        None,
        "2025-12-15T10:00:00Z",
    )
