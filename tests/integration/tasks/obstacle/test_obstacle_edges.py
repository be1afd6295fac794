"""Obstacles where several bodies, tasks and times meet: nothing hidden shows, and what is over is not opened again."""

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal
from tests.integration.tasks.decision.conftest import asked, decide
from tests.integration.tasks.obstacle.obstacles import WORDS, opened, public, step, taken
from tests.integration.tasks.obstacle.test_obstacles import _refused

pytestmark = pytest.mark.asyncio


async def test_the_same_words_show_nothing_of_an_obstacle_that_is_hidden(service: Service) -> None:
    shared = await an_assigned_task(service, coordinating_organisations=["G01"])
    hidden = await an_assigned_task(service, external_id="NV-2", classification="restricted")
    await opened(service, "G06", shared, hidden, amount_vnd=5)
    told = await service.post("G01", "/obstacles", {"description": WORDS, "task_ids": [str(shared)]})
    assert (told.status_code, told.json()["task_ids"], told.json()["amount_vnd"]) == (201, [str(shared)], None)
    assert [one["task_ids"] for one in await public(service)] == [[str(shared)]]


async def test_what_is_reopened_is_the_body_that_leads_the_task_now(service: Service) -> None:
    task_id = await an_assigned_task(service)
    obstacle = await opened(service, "G06", task_id)
    await taken(service, "G06", obstacle, "settle", how="Đã cấp")
    offered = await asked(service, task_id, "transfer", organisation="G01")
    assert (await decide(service, offered)).status_code == 200
    position = {"responsible_position": {"title": "Vụ trưởng", "organisation": "G01"}}
    assert (await service.post("G01", f"/decisions/{offered}/accept", position)).status_code == 200
    again = await taken(service, "P57", obstacle, "reopen", reason="Chưa cấp đủ")
    assert (again["owner"]["code"], again["decision_from"]["code"]) == ("G01", "G01")


async def test_what_is_over_or_open_in_the_same_words_is_not_reopened(service: Service) -> None:
    task_id = await an_assigned_task(service)
    first = await opened(service, "G06", task_id)
    await taken(service, "G06", first, "settle", how="Đã cấp")
    second = await opened(service, "G06", task_id)
    assert _refused(await step(service, "G06", first, "reopen", reason="Chưa")) == (409, "transition-not-allowed")
    await decide(service, await asked(service, task_id, "cancellation"))
    for one in (first, second):
        assert _refused(await step(service, "G06", one, "reopen", reason="Chưa")) == (409, "transition-not-allowed")
    assert await public(service, state="open") == []


async def test_an_obstacle_of_a_proposal_ends_with_it(service: Service) -> None:
    made = await service.post("G06", "/tasks", proposal(assign=False))
    task_id = made.json()["task_id"]
    await opened(service, "G06", task_id)
    assert (await service.post("G06", f"/tasks/{task_id}/withdraw-proposal", {})).is_success
    assert await public(service, state="open") == []
