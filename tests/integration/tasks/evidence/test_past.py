"""The past is published once, as it was: in its own time, learnt now, and nothing else moves."""

from datetime import timedelta

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, statements
from tests.integration.tasks.evidence.evidence import attach, classify, forget_reviews, own_list, told

from sixclear.tasks.evidence.service import publish_past

pytestmark = pytest.mark.asyncio


async def a_past(service: Service) -> None:
    """Three tasks of an earlier release: one open, one confirmed, one with a piece that was attached in confidence."""
    await attach(service, await an_assigned_task(service))
    confirmed = await an_assigned_task(service, external_id="NV-2")
    for number in range(3):
        await attach(service, confirmed, title=f"Ảnh {number}")
    service.clock.pass_by(hours=2)
    await service.post("G06", f"/tasks/{confirmed}/submit", {})
    service.clock.pass_by(hours=2)
    assert (await service.post("P57", f"/tasks/{confirmed}/confirm", {})).status_code == 200
    hidden = await an_assigned_task(service, external_id="NV-3")
    await attach(service, hidden)
    await classify(service, hidden, "restricted")
    await attach(service, hidden, title="Kín")
    await classify(service, hidden, "public")
    await forget_reviews(service)
    service.clock.pass_by(hours=24 * 30)


async def test_the_past_is_published_in_chunks_and_once(service: Service) -> None:
    await a_past(service)
    before = [event for event in await service.events() if event.entity_type == "task"]
    now = service.clock.now
    assert await publish_past(service.database, service.log, service.clock, at_a_time=2) == 6
    events = [event for event in await service.events() if event.entity_type == "evidence"]
    assert sorted(await told(service)) == sorted(
        [("added", 1, True)] * 5 + [("added", 1, False)] + [("accepted", 2, True)] * 3
    )
    assert {event.recorded_at for event in events} == {now}, "learnt now"
    accepted = {event.occurred_at for event in events if event.change == "accepted"}
    assert accepted == {now - timedelta(days=30)}, "true since the confirmation"
    assert all(event.occurred_at < now - timedelta(days=29) for event in events)
    after = [event for event in await service.events() if event.entity_type == "task"]
    assert after == before, "no task has changed: figures of any instant stay as they were"

    assert await publish_past(service.database, service.log, service.clock) == 0
    assert len(await told(service)) == len(events)


async def test_the_past_reads_as_what_is_told_now(service: Service) -> None:
    await a_past(service)
    tasks = [one["task_id"] for one in (await service.get("/tasks"))["items"]]
    before = [await own_list(service, task_id) for task_id in tasks]
    await publish_past(service.database, service.log, service.clock)
    after = [await own_list(service, task_id) for task_id in tasks]
    assert [[one | {"version": 0} for one in pieces] for pieces in after] == before


async def test_a_run_that_is_stopped_goes_on_where_it_was(service: Service) -> None:
    await a_past(service)

    instants = [service.clock.now]
    with pytest.raises(IndexError):  # the process ends before its second chunk
        await publish_past(service.database, service.log, instants.pop, at_a_time=1)
    done = len(await told(service))
    assert 0 < done < 9
    await publish_past(service.database, service.log, service.clock)
    assert len(await told(service)) == 9


async def test_many_pieces_cost_few_statements(service: Service) -> None:
    task_id = await an_assigned_task(service)
    for number in range(12):
        await attach(service, task_id, title=f"Ảnh {number}")
    await forget_reviews(service)
    with statements(service) as sent:
        assert await publish_past(service.database, service.log, service.clock) == 12
    assert len(sent) < 12, "a chunk is a few statements, however many pieces are in it"
