"""The log over HTTP: every event once and in order, while others write, and only what the reader may know."""

from typing import Any
from uuid import UUID

import httpx2
import pytest
from tests.integration.logs import LogReader, allow, nothing_is_missed_or_repeated
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal
from tests.integration.tasks.milestone.test_milestones import plan
from tests.integration.tasks.obstacle.obstacles import opened
from tests.integration.tasks.urge.urges import urged

from sixclear.common.events.epoch import raise_epoch
from sixclear.common.events.log import NewEvent
from sixclear.common.events.purge import purge
from sixclear.tasks.task.events import TASK_EVENTS


async def page(service: Service, *, body: str | None = None, **params: str | int) -> httpx2.Response:
    return await _reader(service, body).page(**params)


async def read_all(service: Service, limit: int, *, body: str | None = None) -> list[dict[str, Any]]:
    """Every event, page by page as the header `Link` says."""
    return await _reader(service, body).read_all(limit)


def _reader(service: Service, body: str | None) -> LogReader:
    return LogReader(service, "/own/log" if body else "/log", body)


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
    more = await service.http.get(again.links["next"]["url"])
    assert [event["version"] for event in more.json()] == [1, 2]


@pytest.mark.asyncio
async def test_newest_begins_after_all_that_was_there(service: Service) -> None:
    await an_assigned_task(service)
    begun = await page(service, begin="newest")
    assert begun.json() == []
    await an_assigned_task(service, external_id="NV-2")
    first = await page(service, after=begun.headers["Log-After"], limit=1)
    assert len(await LogReader(service, "/log").read_all(1, first)) == 2


@pytest.mark.asyncio
async def test_no_event_is_missed_or_repeated_while_others_write(service: Service) -> None:
    def event_of(worker: int, number: int) -> NewEvent:
        return NewEvent(
            entity_type="programme",
            entity_id=UUID(int=(worker << 64) + number + 1),
            version=1,
            previous_version=None,
            change="registered",
            data={},
            occurred_at=service.clock(),
        )

    await nothing_is_missed_or_repeated(LogReader(service, "/log"), event_of)


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
async def test_what_hangs_on_a_restricted_task_is_told_to_its_bodies_alone(service: Service) -> None:
    task_id = await an_assigned_task(service, classification="restricted")
    assert (await plan(service, task_id)).status_code == 201
    await urged(service, task_id)
    # What holds back a restricted task of another body, too, is for those with a part in both.
    lead = {"lead_organisation": "G01", "responsible_position": {"title": "Cục trưởng", "organisation": "G01"}}
    other = await an_assigned_task(service, external_id="NV-2", classification="restricted", **lead)
    await opened(service, "P57", task_id, other)
    hanging = {"milestone", "urge", "obstacle"}

    async def told(body: str | None) -> list[tuple[str, bool]]:
        events = await read_all(service, 2, body=body)
        kinds = [(event["type"].split(".")[3], event.get("restricted", False)) for event in events]
        return [one for one in kinds if one[0] in hanging]

    assert await told("G06") == [("milestone", True), ("urge", True)]
    assert await told("P57") == [("milestone", True), ("urge", True), ("obstacle", True)]
    assert await told("G01") == await told(None) == []


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
