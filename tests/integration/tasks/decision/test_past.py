"""Extensions of an earlier release become decisions once, in their own time, and no task changes."""

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal, statements
from tests.integration.tasks.decision.conftest import told

from sixclear.common.events.log import StoredEvent
from sixclear.tasks.decision.service.past import publish_past

pytestmark = pytest.mark.asyncio


async def extend(service: Service, task_id: object, deadline: str, reason: str = "Bổ sung phạm vi") -> None:
    """Extend a task in one act."""
    service.clock.pass_by(hours=2)
    response = await service.post("P57", f"/tasks/{task_id}/extend", {"deadline": deadline, "reason": reason})
    assert response.status_code == 200, response.text


async def forget_decisions(service: Service) -> None:
    """As an earlier release left it: extensions that only the tasks tell."""
    async with service.database.engine.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM decision")
        await connection.exec_driver_sql("DELETE FROM event WHERE entity_type = 'decision'")


async def a_past(service: Service) -> None:
    """Four extensions: two of one task, one in confidence, one after the deadline."""
    twice = await an_assigned_task(service)
    await extend(service, twice, "2026-01-30")
    await extend(service, twice, "2026-02-27", "Chờ kinh phí")
    hidden = await an_assigned_task(service, external_id="NV-3", classification="restricted")
    await extend(service, hidden, "2026-01-30")
    assert (await service.post("P57", "/tasks", proposal(external_id="NV-3"))).is_success
    late = await an_assigned_task(service, external_id="NV-2")
    service.clock.pass_by(hours=24 * 14)
    await extend(service, late, "2026-01-30")


async def of_tasks(service: Service) -> list[StoredEvent]:
    """The events of tasks."""
    return [event for event in await service.events() if event.entity_type == "task"]


async def test_past_extensions_become_decisions_once(service: Service) -> None:
    await a_past(service)
    before = (await service.get("/decisions"))["items"]
    await forget_decisions(service)
    tasks = await of_tasks(service)
    service.clock.pass_by(hours=24 * 30)
    now = service.clock.now
    assert await publish_past(service.database, service.log, service.clock, at_a_time=1) == 3
    events = [event for event in await service.events() if event.entity_type == "decision"]
    extended = [event.occurred_at for event in tasks if event.change == "extended" and event.published]
    assert [event.occurred_at for event in events] == extended, "each in its own time"
    assert {event.recorded_at for event in events} == {now}, "learnt now"
    assert await of_tasks(service) == tasks, "no task has changed: figures of any instant stay as they were"
    after = (await service.get("/decisions"))["items"]
    # What was granted while its task was restricted, and the terms of the programme, were not told then.
    apart = {"decision_id", "decide_by"}
    expected = [one for one in before if one["decided_at"] in {part["decided_at"] for part in after}]
    assert [one.items() - {(name, one[name]) for name in apart} for one in _flat(after)] == [
        one.items() - {(name, one[name]) for name in apart} for one in _flat(expected)
    ]
    assert [one["asked_late"] for one in after] == [False, False, True]
    assert after[1]["former"]["deadline"] == "2026-01-30T10:00:00Z"

    assert await publish_past(service.database, service.log, service.clock) == 0
    assert len([one for one in await told(service) if one[0] == "decision"]) == 3


def _flat(decisions: list[dict[str, object]]) -> list[dict[str, str]]:
    return [{name: str(value) for name, value in one.items()} for one in decisions]


async def test_what_is_told_by_a_decision_is_not_told_twice(service: Service) -> None:
    await a_past(service)
    assert await publish_past(service.database, service.log, service.clock) == 0


async def test_a_run_that_is_stopped_goes_on(service: Service) -> None:
    await a_past(service)
    await forget_decisions(service)
    instants = [service.clock.now]
    with pytest.raises(IndexError):  # the process ends before its second chunk
        await publish_past(service.database, service.log, instants.pop, at_a_time=1)
    assert await publish_past(service.database, service.log, service.clock) == 2


async def test_a_chunk_costs_few_statements(service: Service) -> None:
    for number in range(6):
        await extend(service, await an_assigned_task(service, external_id=f"X-{number}"), "2026-01-30")
    await forget_decisions(service)
    with statements(service) as sent:
        assert await publish_past(service.database, service.log, service.clock) == 6
    assert len(sent) < 12
