"""A confirmation that was wrong is taken back from now on; a task is put into another group of work."""

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task
from tests.integration.tasks.decision.conftest import ask, asked, decide, told

pytestmark = pytest.mark.asyncio


async def test_a_wrong_confirmation_is_taken_back_from_now_on(service: Service) -> None:
    task_id = await an_assigned_task(service)
    assert (await ask(service, task_id, "reopening")).status_code == 409, "nothing is confirmed yet"
    assert (await service.post("G06", f"/tasks/{task_id}/progress", {"percent": 70, "text": "Đang làm"})).is_success
    evidence = {"title": "Biên bản", "url": "https://example.invalid/bb.pdf"}
    for code, step, body in (("G06", "evidence", evidence), ("G06", "submit", {}), ("P57", "confirm", {})):
        assert (await service.post(code, f"/tasks/{task_id}/{step}", body)).is_success
    confirmed = await service.get(f"/tasks/{task_id}")
    service.clock.pass_by(hours=2)
    await decide(service, await asked(service, task_id, "reopening", reason="Hệ thống không chạy"))
    task = await service.get(f"/tasks/{task_id}")
    assert (task["status"], task["bucket"], task["percent"]) == ("returned", "in_term", 70)
    assert (task["completed_at"], task["completed_by"], task["submitted_at"]) == (None, None, None)
    events = [event for event in await service.events() if event.entity_type == "task"]
    completed = next(event for event in events if event.change == "completed")
    assert completed.occurred_at.isoformat().replace("+00:00", "Z") == confirmed["completed_at"], "the past stays"
    assert events[-1].change == "reopened"
    assert events[-1].occurred_at > completed.occurred_at
    listed = await service.get("/tasks", status="returned")
    assert [one["task_id"] for one in listed["items"]] == [str(task_id)]
    for code, step in (("G06", "submit"), ("P57", "confirm")):
        assert (await service.post(code, f"/tasks/{task_id}/{step}", {})).is_success


async def test_a_task_is_put_into_another_group_and_its_history_stays(service: Service) -> None:
    task_id = await an_assigned_task(service)
    assert (await service.get(f"/tasks/{task_id}"))["work_group"] is None
    for group, before in (("the-che", None), ("ha-tang", "the-che")):
        decision_id = await asked(service, task_id, "regrouping", work_group=group)
        decided = (await decide(service, decision_id)).json()
        assert (decided["former"]["work_group"], decided["decided"]["work_group"]) == (before, group)
        assert (await service.get(f"/tasks/{task_id}"))["work_group"] == group
    wrong = await ask(service, task_id, "regrouping", work_group="Hạ tầng")
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "#/work_group")
    assert [change for kind, change, _ in await told(service) if kind == "task"][-2:] == ["regrouped", "regrouped"]
