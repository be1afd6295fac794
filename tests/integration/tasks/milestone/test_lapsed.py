"""What is not reached when a task ends lapses with it, holds again with a reopened task, and is told of the past."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal, statements
from tests.integration.tasks.decision.conftest import asked, decide
from tests.integration.tasks.milestone.test_milestones import classify, evidence_of, plan, told

from sixclear.tasks.milestone.service import publish_past

pytestmark = pytest.mark.asyncio


async def milestones(service: Service, task_id: UUID | str) -> list[dict[str, Any]]:
    """The milestones of a task, as everyone reads them."""
    return list((await service.get(f"/tasks/{task_id}/milestones"))["items"])


async def confirmed(service: Service, task_id: UUID | str) -> None:
    """Hand the task in and confirm it; it has evidence."""
    assert (await service.post("G06", f"/tasks/{task_id}/submit", {})).is_success
    assert (await service.post("P57", f"/tasks/{task_id}/confirm", {})).is_success


async def in_parts(service: Service, **changes: Any) -> UUID:
    """A task with one milestone that is reached and two that are not."""
    task_id = await an_assigned_task(service, **changes)
    reached = await plan(service, task_id)
    for title in ("Chạy thử", "Nghiệm thu"):
        assert (await plan(service, task_id, title=title, deadline="2025-12-12")).is_success
    evidence = {"evidence_id": await evidence_of(service, task_id)}
    assert (await service.post("G06", f"/milestones/{reached.json()['milestone_id']}/complete", evidence)).is_success
    return task_id


async def test_what_is_not_reached_lapses_with_a_confirmed_task_and_holds_again(service: Service) -> None:
    task_id = await in_parts(service)
    service.clock.pass_by(hours=1)
    with statements(service) as sent:
        await confirmed(service, task_id)
    assert sum("UPDATE milestone" in one for one in sent) == 1, "one statement, however many lapse"
    ended = (await service.get(f"/tasks/{task_id}"))["completed_at"]
    found = await milestones(service, task_id)
    assert [one["lapsed_at"] for one in found] == [None, ended, ended]
    listed = await service.get(f"/tasks/{task_id}/milestones")
    assert listed["reached_weight"] == found[0]["weight"], "what lapsed is not reached"
    # Days after its deadline it is not overdue: no one is to reach it any more.
    service.clock.pass_by(hours=24 * 30)
    assert not any(one["overdue"] for one in await milestones(service, task_id))
    events = [event for event in await service.events() if event.entity_type in ("milestone", "task")]
    assert [event.change for event in events][-3:] == ["completed", "lapsed", "lapsed"]
    assert {event.occurred_at for event in events[-3:]} == {datetime.fromisoformat(ended)}
    assert [event.data["lapsed_at"] for event in events[-2:]] == [ended, ended]

    await decide(service, await asked(service, task_id, "reopening"))
    found = await milestones(service, task_id)
    assert [(one["lapsed_at"], one["overdue"]) for one in found] == [(None, False), (None, True), (None, True)]
    again = [event for event in await service.events() if event.entity_type == "milestone"][-2:]
    assert [(one.change, one.version, one.previous_version) for one in again] == [("planned", 3, 2), ("planned", 3, 2)]
    assert [one.data["lapsed_at"] for one in again] == [None, None]
    later = {"deadline": "2026-03-01", "reason": "Chờ thiết bị"}
    late = await service.post("G06", f"/milestones/{found[1]['milestone_id']}/move", later)
    assert late.is_success, "it is planned, moved and reached as before"


@pytest.mark.parametrize("kind", ["cancellation", "split", "merger"])
async def test_each_way_to_end_a_task_by_decision_closes_its_milestones(service: Service, kind: str) -> None:
    task_id = await in_parts(service)
    value: dict[str, Any] = {}
    if kind != "cancellation":
        keys = ["NV-2", "NV-3"] if kind == "split" else ["NV-2"]
        parts = [
            (await service.post("P57", "/tasks", proposal(external_id=key, assign=False, deadline="2026-03-31"))).json()
            for key in keys
        ]
        value = {"replaced_by": [one["task_id"] for one in parts]}
    granted = await decide(service, await asked(service, task_id, kind, **value))
    assert granted.is_success, granted.text
    assert sum(change == "lapsed" for change, *_ in await told(service)) == 2
    moved = await plan(service, task_id, title="Sau khi hết")
    assert moved.json()["code"] == "transition-not-allowed"


@pytest.mark.parametrize(("code", "step"), [("G06", "withdraw-proposal"), ("P57", "refuse")])
async def test_a_proposal_that_ends_closes_its_milestones(service: Service, code: str, step: str) -> None:
    created = await service.post("G06", "/tasks", proposal(assign=False))
    task_id = created.json()["task_id"]
    assert (await plan(service, task_id)).is_success
    body = {} if code == "G06" else {"reason": "Trùng"}
    assert (await service.post(code, f"/tasks/{task_id}/{step}", body)).is_success
    assert await told(service) == [("planned", 1, True), ("lapsed", 2, True)]


async def test_a_task_that_ends_in_confidence_says_so_when_it_is_public_again(service: Service) -> None:
    task_id = await in_parts(service)
    await classify(service, task_id, "restricted")
    withdrawn = [("withdrawn", 2, True), ("withdrawn", 2, True), ("withdrawn", 3, True)]
    assert sorted((await told(service))[-3:]) == withdrawn
    await confirmed(service, task_id)
    assert (await told(service))[-2:] == [("lapsed", 3, False), ("lapsed", 3, False)]
    await classify(service, task_id, "public")
    events = [event for event in await service.events() if event.entity_type == "milestone"][-3:]
    assert {(event.change, event.published) for event in events} == {("restated", True)}
    ended = (await service.get(f"/tasks/{task_id}"))["completed_at"]
    assert sorted(str(event.data["lapsed_at"]) for event in events) == [ended, ended, "None"]


async def forget_lapses(service: Service) -> None:
    """As an earlier release left it: milestones of tasks that are over, open."""
    async with service.database.engine.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM event WHERE entity_type = 'milestone' AND change = 'lapsed'")
        await connection.exec_driver_sql(
            "UPDATE milestone SET lapsed_at = NULL, version = version - 1, published_version = published_version - 1 "
            "WHERE lapsed_at IS NOT NULL"
        )


async def a_past(service: Service) -> None:
    """Three tasks of an earlier release with two open milestones each: confirmed, cancelled and under way."""
    tasks = [await in_parts(service, external_id=key) for key in ("NV-1", "NV-2", "NV-3")]
    await confirmed(service, tasks[0])
    service.clock.pass_by(hours=2)
    await decide(service, await asked(service, tasks[1], "cancellation"))
    await forget_lapses(service)
    service.clock.pass_by(hours=24 * 30)


async def test_the_past_is_published_in_chunks_and_once(service: Service) -> None:
    await a_past(service)
    before = [event for event in await service.events() if event.entity_type == "task"]
    now = service.clock.now
    assert await publish_past(service.database, service.log, service.clock, at_a_time=1) == 4
    lapsed = [event for event in await service.events() if event.change == "lapsed"]
    assert {event.recorded_at for event in lapsed} == {now}, "learnt now"
    then = now - timedelta(days=30)
    assert sorted(event.occurred_at for event in lapsed) == [then - timedelta(hours=2)] * 2 + [then] * 2
    assert [event for event in await service.events() if event.entity_type == "task"] == before
    assert await publish_past(service.database, service.log, service.clock) == 0


async def test_a_run_that_is_stopped_goes_on_where_it_was(service: Service) -> None:
    await a_past(service)
    instants = [service.clock.now]
    with pytest.raises(IndexError):  # the process ends before its second chunk
        await publish_past(service.database, service.log, instants.pop, at_a_time=1)
    assert await publish_past(service.database, service.log, service.clock) == 3
