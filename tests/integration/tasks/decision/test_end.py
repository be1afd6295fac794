"""What is open on a task that ends is closed with it; no mergers in a circle."""

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task
from tests.integration.tasks.decision.conftest import ask, asked, decide, told
from tests.integration.tasks.evidence.evidence import attach

pytestmark = pytest.mark.asyncio


async def states(service: Service) -> dict[str, str]:
    """The state of each decision, by its kind."""
    return {one["kind"]: one["state"] for one in (await service.get("/decisions"))["items"]}


async def test_open_requests_of_a_cancelled_task_lapse_with_it(service: Service) -> None:
    task_id = await an_assigned_task(service)
    refused = await asked(service, task_id, "pause")
    assert (await decide(service, refused, "refused", reason="Cần gấp")).is_success
    extension = await asked(service, task_id, "extension", deadline="2026-01-30")
    transfer = await asked(service, task_id, "transfer", organisation="G01")
    assert (await decide(service, transfer)).is_success
    cancellation = await asked(service, task_id, "cancellation")
    assert (await decide(service, cancellation)).is_success
    assert await states(service) == {
        "pause": "refused",
        "extension": "lapsed",
        "transfer": "lapsed",
        "cancellation": "granted",
    }
    assert [one[:2] for one in await told(service)][-4:] == [
        ("decision", "granted"),
        ("task", "cancelled"),
        ("decision", "lapsed"),
        ("decision", "lapsed"),
    ]
    assert (await decide(service, extension)).json()["code"] == "transition-not-allowed"
    accepted = await service.post("G01", f"/decisions/{transfer}/accept", {})
    assert accepted.json()["code"] == "transition-not-allowed"


async def test_of_a_completed_task_only_a_regrouping_stays_open(service: Service) -> None:
    task_id = await an_assigned_task(service)
    await attach(service, task_id)
    assert (await service.post("G06", f"/tasks/{task_id}/submit", {})).is_success
    await asked(service, task_id, "extension", deadline="2026-01-30")
    regrouping = await asked(service, task_id, "regrouping", work_group="so")
    assert (await service.post("P57", f"/tasks/{task_id}/confirm", {})).is_success
    assert await states(service) == {"extension": "lapsed", "regrouping": "asked"}
    assert (await decide(service, regrouping)).is_success


async def test_mergers_in_a_circle_are_refused(service: Service) -> None:
    names = "A", "B", "C"
    tasks = [str(await an_assigned_task(service, external_id=name)) for name in names]
    circle = [
        await asked(service, task_id, "merger", replaced_by=[into])
        for task_id, into in zip(tasks, [*tasks[1:], tasks[0]], strict=True)
    ]
    assert (await decide(service, circle[0])).is_success
    assert (await decide(service, circle[1])).is_success
    last = await decide(service, circle[2])
    assert (last.status_code, last.json()["errors"][0]["code"]) == (422, "no-successor")
    assert (await service.get(f"/tasks/{tasks[2]}"))["status"] == "assigned", "what both went into stays"
    alone = await an_assigned_task(service, external_id="D")
    assert (await ask(service, alone, "merger", replaced_by=[str(alone)])).json()["code"] == "decision-value"
