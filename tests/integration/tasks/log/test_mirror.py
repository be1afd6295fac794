"""A body mirrors its tasks from the log while others write, and has what the owner's list has."""

import asyncio
from random import Random
from typing import Any

import pytest
from tests.integration.logs import LogReader, allow
from tests.integration.made_up_history import History
from tests.integration.tasks.conftest import Service

# What an event of a task and its row in a list both say.
FIELDS = ("version", "programme", "title", "status", "percent", "kind", "current_deadline", "original_deadline")
INSTANTS = ("completed_at", "cancelled_at", "paused_since", "submitted_at", "last_report_at", "replaced_by")


async def _mirror(reader: LogReader, dice: Random, telling: asyncio.Task[None]) -> dict[str, dict[str, Any]]:
    """The newest state of each task, from pages of any size, until nothing is told any more."""
    found: dict[str, dict[str, Any]] = {}
    response = await reader.page(limit=dice.randint(1, 9))
    while True:
        ended = telling.done()
        assert response.status_code == 200, response.text
        for event in response.json():
            kind, change = event["type"].split(".")[3:5]
            if kind == "task" and change == "withdrawn":
                found.pop(event["subject"], None)
                found |= await _kept(reader, event["subject"])
            elif kind == "task":
                known = found.get(event["subject"], {"version": 0})["version"]
                if event["version"] > known:
                    found[event["subject"]] = event["data"] | {"version": event["version"]}
        if ended and not response.json():
            return found
        after = response.headers["Log-After"]
        response = await reader.page(after=after, limit=dice.randint(1, 9))
        await asyncio.sleep(0)


async def _kept(reader: LogReader, task_id: str) -> dict[str, dict[str, Any]]:
    """What a body still reads of a task that was taken from everyone."""
    if reader.client is None:
        return {}
    headers, path = reader.service.headers(reader.client), f"{reader.service.prefix}/own/tasks/{task_id}"
    answer = await reader.service.http.get(path, headers=headers)
    return {task_id: answer.json()} if answer.status_code == 200 else {}


async def _listed(service: Service, path: str, client: str | None, **asked: str) -> dict[str, dict[str, Any]]:
    headers = service.headers(client) if client else {}
    found: dict[str, dict[str, Any]] = {}
    params: dict[str, str] = {"limit": "100"} | asked
    while True:
        page = (await service.http.get(f"{service.prefix}{path}", params=params, headers=headers)).json()
        found |= {one["task_id"]: one for one in page["items"]}
        if page["next"] is None:
            return found
        params["cursor"] = page["next"]


def _shown(tasks: dict[str, dict[str, Any]]) -> dict[str, list[Any]]:
    return {key: [task[field] for field in FIELDS + INSTANTS] for key, task in tasks.items()}


async def _tell(history: History, steps: int) -> None:
    for _ in range(steps):
        await history.step()


async def _mirror_a_history(service: Service, seed: int, steps: int) -> set[str]:
    """The restricted tasks that the assigning body still has in its mirror."""
    allow(service, 100_000)
    history = History(service, seed)
    await history.begin()
    telling = asyncio.create_task(_tell(history, steps))
    readers = (LogReader(service, "/log"), LogReader(service, "/own/log", "P57"))
    public, own = await asyncio.gather(*(_mirror(one, Random(seed), telling) for one in readers))
    await telling
    listed = await _listed(service, "/tasks", None) | await _listed(service, "/tasks", None, status="cancelled")
    assert _shown(public) == _shown(listed)
    given = await _listed(service, "/own/tasks", "P57", role="assigning")
    assert _shown({key: own[key] for key in given}) == _shown(given), "restricted ones too"
    assert not history.restricted & set(public)
    return history.restricted & set(given)


@pytest.mark.asyncio
async def test_a_mirror_has_what_the_lists_have(service: Service) -> None:
    assert await _mirror_a_history(service, 2, 60), "what was withdrawn left the public mirror alone"


@pytest.mark.long
@pytest.mark.asyncio
@pytest.mark.parametrize("seed", range(20, 30))
async def test_mirrors_of_long_histories_have_it_too(service: Service, seed: int) -> None:
    await _mirror_a_history(service, seed, 300)
