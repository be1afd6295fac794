"""Decisions that meet at one task: what takes the place of another one is judged as it is, not as it was."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from httpx2 import Response
from sqlalchemy import text
from tests.integration.tasks.conftest import Service, an_assigned_task
from tests.integration.tasks.decision.conftest import ask, asked, decide
from tests.integration.tasks.decision.test_alone import own_task
from tests.integration.tasks.decision.test_over_many import outcomes, over_many, reach
from tests.integration.tasks.decision.test_split import proposed

from sixclear.common.testing.eventually import eventually

pytestmark = pytest.mark.asyncio

_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")


@asynccontextmanager
async def held(service: Service, *task_ids: UUID | str) -> AsyncIterator[list[asyncio.Task[Response]]]:
    """Hold these tasks, as a step on them does; the requests that are added wait for them, then come in this order."""
    waiting: list[asyncio.Task[Response]] = []
    async with service.database.transaction() as session:
        rows = text("SELECT FROM task WHERE task_id = ANY (:ids) ORDER BY task_id FOR UPDATE")
        await session.execute(rows, {"ids": [UUID(str(one)) for one in task_ids]})
        yield waiting
    await asyncio.gather(*waiting)


async def waits(service: Service, count: int) -> None:
    """Until so many requests wait for a row."""

    async def enough() -> bool:
        async with service.database.session() as session:
            return bool(await session.scalar(_WAITING) == count)

    await eventually(enough)


async def at_once(service: Service, decisions: Sequence[str], *task_ids: UUID | str) -> list[Response]:
    """Decide on these while the tasks are held, the first one first."""
    async with held(service, *task_ids) as waiting:
        for number, decision_id in enumerate(decisions, 1):
            waiting.append(asyncio.create_task(decide(service, decision_id)))
            await waits(service, number)
    return [one.result() for one in waiting]


async def test_no_task_goes_into_one_that_ends_meanwhile(service: Service) -> None:
    source, into = await an_assigned_task(service), await an_assigned_task(service, external_id="NV-2")
    end = await asked(service, into, "cancellation")
    merger = await asked(service, source, "merger", replaced_by=[str(into)])
    ended, refused = await at_once(service, [end, merger], into)
    assert ended.json()["state"] == "granted", ended.text
    assert (refused.status_code, refused.json()["code"]) == (422, "decision-value"), refused.text
    assert (await service.get(f"/tasks/{source}"))["status"] == "assigned"


async def test_no_proposal_takes_the_place_of_two_tasks_at_once(service: Service) -> None:
    sources = [await an_assigned_task(service, external_id=key) for key in ("NV-1", "NV-2")]
    parts = [await proposed(service, key) for key in ("NV-3", "NV-4", "NV-5")]
    splits = [
        await asked(service, source, "split", replaced_by=named)
        for source, named in zip(sources, (parts[:2], parts[1:]), strict=True)
    ]
    # Both wait for rows of their own; which of them has the middle one first is for the database to say.
    answers = await at_once(service, splits, *parts)
    assert Counter(answer.status_code for answer in answers) == {200: 1, 422: 1}, [one.text for one in answers]
    [refused] = [answer for answer in answers if answer.status_code == 422]
    assert refused.json()["code"] == "decision-value", refused.text
    first = answers[0].status_code == 200
    ended, kept = (sources[0], sources[1]) if first else (sources[1], sources[0])
    given, left = (parts[:2], parts[2]) if first else (parts[1:], parts[0])
    shown = [(await service.get(f"/tasks/{one}"))["status"] for one in (ended, kept, *given, left)]
    assert shown == ["cancelled", "assigned", "assigned", "assigned", "proposed"]


async def test_two_mergers_into_each_other_do_not_wait_for_each_other(service: Service) -> None:
    one, other = await an_assigned_task(service), await an_assigned_task(service, external_id="NV-2")
    mergers = [
        await asked(service, source, "merger", replaced_by=[str(into)]) for source, into in ((one, other), (other, one))
    ]
    answers = await at_once(service, mergers, one, other)
    assert Counter(answer.status_code for answer in answers) == {200: 1, 422: 1}, [one.text for one in answers]
    shown = [(await service.get(f"/tasks/{one}"))["status"] for one in (one, other)]
    assert sorted(shown) == ["assigned", "cancelled"]


async def test_two_chunks_that_name_the_same_tasks_do_not_wait_for_each_other(service: Service) -> None:
    """One merges two tasks into a third one; the other one pauses the second of them and that third one."""
    first, second, into = sorted([str(await an_assigned_task(service, external_id=f"NV-{one}")) for one in range(3)])
    pause = await over_many(service, [second, into], kind="pause", deadline=None)
    merger = await over_many(service, [first, second], kind="merger", deadline=None, replaced_by=[into])
    whole_ids = [answer.json()["decision_id"] for answer in (pause, merger)]
    await reach(service)
    for whole_id in whole_ids:
        assert (await decide(service, whole_id)).is_success
    workers = []
    async with service.database.transaction() as session:
        await session.execute(text("SELECT FROM task WHERE task_id = :one FOR UPDATE"), {"one": UUID(second)})
        # The pause waits for its first task; then the merger has its own first one, and waits for the same task.
        for number in (1, 2):
            workers.append(asyncio.create_task(reach(service, at_a_time=2)))
            await waits(service, number)
    await asyncio.gather(*workers)
    async with service.database.session() as session:
        failed = await session.scalar(text("SELECT count(*) FROM decision_part WHERE failures > 0 OR waits"))
    assert failed == 0, "neither was undone"
    for whole_id in whole_ids:
        assert set(outcomes(await service.get(f"/decisions/{whole_id}")).values()) == {"done"}


async def test_two_mergers_in_one_act_into_each_other_do_not_wait_for_each_other(service: Service) -> None:
    one, other = [await own_task(service, key) for key in ("NV-1", "NV-2")]
    async with held(service, one, other) as waiting:
        for number, (source, into) in enumerate(((one, other), (other, one)), 1):
            waiting.append(asyncio.create_task(ask(service, source, "merger", "75", replaced_by=[into])))
            await waits(service, number)
    answers = [request.result() for request in waiting]
    assert Counter(answer.status_code for answer in answers) == {201: 1, 422: 1}, [one.text for one in answers]
