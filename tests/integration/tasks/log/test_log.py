"""The log over HTTP: every event once and in order, while others write, and only what the reader may know."""

import asyncio
import random
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx2
import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal

from sixclear.common.events.epoch import raise_epoch
from sixclear.common.events.log import NewEvent
from sixclear.common.events.purge import purge
from sixclear.common.service_state import ServiceState
from sixclear.common.web.allowances import Allowance
from sixclear.tasks.task.events import TASK_EVENTS

PATH = "/api/tasks/v1"


async def page(
    service: Service, *, body: str | None = None, path: str | None = None, **params: str | int
) -> httpx2.Response:
    headers = service.headers(body) if body else {}
    where = path or f"{PATH}/own/log" if body else path or f"{PATH}/log"
    return await service.http.get(where, params=params or None, headers=headers)


async def read_all(
    service: Service, limit: int, *, body: str | None = None, first: httpx2.Response | None = None
) -> list[dict[str, Any]]:
    """Every event, page by page as the header `Link` says."""
    response = first or await page(service, body=body, limit=limit)
    found: list[dict[str, Any]] = []
    while True:
        assert response.status_code == 200, response.text
        assert len(response.json()) <= limit
        found += response.json()
        if "Retry-After" in response.headers:
            return found
        response = await page(service, body=body, path=response.links["next"]["url"])


@pytest.mark.asyncio
async def test_an_event_is_a_cloud_event_as_the_bus_has_it(service: Service) -> None:
    task_id = await an_assigned_task(service)
    response = await page(service, limit=500)
    assert response.headers["content-type"] == "application/cloudevents-batch+json"
    last = response.json()[-1]
    stored = (await service.events())[-1]
    assert last == {
        "specversion": "1.0",
        "id": f"1-{stored.event_id}",
        "source": "/sixclear/tasks",
        "type": "vn.sixclear.tasks.task.assigned.v1",
        "subject": str(task_id),
        "time": "2025-12-04T03:00:00Z",
        "datacontenttype": "application/json",
        "recordedat": "2025-12-04T03:00:00Z",
        "position": str(stored.event_id),
        "epoch": 1,
        "version": 2,
        "previousversion": 1,
        "data": stored.data,
    }


@pytest.mark.asyncio
async def test_at_the_end_the_reader_waits_and_goes_on(service: Service) -> None:
    await an_assigned_task(service)
    end = await page(service, limit=500)
    assert end.headers["Retry-After"] == "5"
    again = await page(service, after=end.headers["Log-After"])
    assert (again.json(), "Retry-After" in again.headers) == ([], True)
    await an_assigned_task(service, external_id="NV-2")
    more = await page(service, path=again.links["next"]["url"])
    assert [event["version"] for event in more.json()] == [1, 2]


@pytest.mark.asyncio
async def test_newest_begins_after_all_that_was_there(service: Service) -> None:
    await an_assigned_task(service)
    begun = await page(service, begin="newest")
    assert begun.json() == []
    await an_assigned_task(service, external_id="NV-2")
    assert len(await read_all(service, 1, first=await page(service, after=begun.headers["Log-After"], limit=1))) == 2


def allow(service: Service, per_minute: float) -> None:
    """Let each visitor ask so often, by a clock that stands."""
    state: ServiceState = service.app.state.service_state
    service.app.state.service_state = replace(state, log_readers=Allowance(per_minute, timer=lambda: 0.0))


async def write(service: Service, worker: int, seed: int) -> None:
    """Events of one writer: some transactions are slow, some are rolled back, some write several events."""
    chance = random.Random(seed * 100 + worker)
    for number in range(8):
        entity_id = UUID(int=(worker << 64) + number + 1)
        event = NewEvent(
            entity_type="programme",
            entity_id=entity_id,
            version=1,
            previous_version=None,
            change="registered",
            data={},
            occurred_at=service.clock(),
            meta={},
            published=True,
        )
        async with service.database.session() as session:
            for _ in range(chance.randint(1, 2)):
                await service.log.publish(session, event, recorded_at=service.clock())
                await asyncio.sleep(chance.choice([0, 0, 0.01, 0.03]))
            await (session.rollback() if chance.random() < 0.25 else session.commit())


@pytest.mark.asyncio
async def test_no_event_is_missed_or_repeated_while_others_write(service: Service) -> None:
    """Any page size, beside transactions that draw a number early and commit late, or never."""
    allow(service, 100_000)
    for seed, limit in enumerate((1, 3, 7, 100)):
        begun = await page(service, begin="newest")
        writers = [asyncio.create_task(write(service, worker, seed)) for worker in range(4)]
        found: list[str] = []
        response = await page(service, after=begun.headers["Log-After"], limit=limit)
        done = False
        while True:
            found += [event["position"] for event in response.json()]
            ended = done and "Retry-After" in response.headers
            if ended and not response.json():
                break
            done = all(task.done() for task in writers)
            await asyncio.sleep(0)
            response = await page(service, path=response.links["next"]["url"])
        await asyncio.gather(*writers)
        first = int(found[0]) - 1
        stored = await service.log.reader().read(first, 10_000)
        assert found == [str(event.event_id) for event in stored]


@pytest.mark.asyncio
async def test_a_withdrawn_task_tells_nothing_of_what_was_public(service: Service) -> None:
    task_id = await an_assigned_task(service, title="Lộ")
    await service.post("P57", "/tasks", proposal(title="Lộ", classification="restricted"))
    await service.post("G06", f"/tasks/{task_id}/progress", {"text": "Kín", "percent": 40})
    told = [event for event in await read_all(service, 2) if event["subject"] == str(task_id)]
    assert [(event["version"], event["data"]) for event in told] == [
        (3, {"change": "withdrawn", "task_id": str(task_id)})
    ]
    assert "previousversion" in told[0]
    for body, versions in (("G06", [1, 2, 3, 4]), ("P57", [1, 2, 3, 4]), ("G01", [3])):
        own = [event for event in await read_all(service, 2, body=body) if event["subject"] == str(task_id)]
        assert [event["version"] for event in own] == versions
        assert [event["version"] for event in own if event.get("restricted")] == [4] * (len(versions) == 4)
    await service.post("P57", "/tasks", proposal(title="Lại"))
    public = [event for event in await read_all(service, 2) if event["subject"] == str(task_id)]
    assert [event["version"] for event in public] == [1, 2, 3, 5]


@pytest.mark.asyncio
async def test_a_restricted_task_was_never_there(service: Service) -> None:
    task_id = await an_assigned_task(service, classification="restricted")
    assert str(task_id) not in str(await read_all(service, 3))
    assert str(task_id) not in str(await read_all(service, 3, body="G01"))
    assert str(task_id) in str(await read_all(service, 3, body="G06"))


@pytest.mark.asyncio
async def test_a_position_of_another_epoch_is_gone_and_says_where_to_begin(service: Service) -> None:
    task_id = await an_assigned_task(service)
    place = (await page(service, limit=2)).headers["Log-After"]
    await service.post("P57", "/tasks", proposal(classification="restricted"))
    await purge(service.database, TASK_EVENTS, task_id, requested_by="test", reason="test", now=service.clock())
    gone = await page(service, after=place)
    assert (gone.status_code, gone.json()["code"]) == (410, "log-position-gone")
    assert await raise_epoch(service.database) == 3
    assert {event["epoch"] for event in await read_all(service, 50)} == {3}


@pytest.mark.asyncio
async def test_a_position_that_was_not_given_out_is_refused(service: Service) -> None:
    refused = await page(service, after="abc")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid-cursor")


@pytest.mark.asyncio
async def test_a_visitor_may_ask_only_so_often(service: Service) -> None:
    allow(service, 2)
    assert [(await page(service, limit=1)).status_code for _ in range(3)] == [200, 200, 429]
    refused = await page(service, limit=1)
    assert (refused.json()["code"], refused.headers["Retry-After"]) == ("too-many-requests", "30")
    assert (await page(service, body="G06", limit=1)).status_code == 200
