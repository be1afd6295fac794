"""One rule at every door: a deadline that is over is a decision of the past, and a document of tomorrow is none yet."""

from typing import Any

import httpx2
import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal

PAST = "2020-06-30"
DIRECTIVE = {"programme": "plan", "number": "1/KH", "issued_on": "2025-12-04", "issuer": "P57", "title": "Kế hoạch"}


async def send(service: Service, path: str, body: dict[str, Any], *more: str) -> httpx2.Response:
    headers = service.headers("P57", "tasks:write", "tasks:assign", "tasks:administer", *more)
    return await service.http.post(f"/api/tasks/v1{path}", json=body, headers=headers)


def refusal(response: httpx2.Response) -> tuple[int, str, str]:
    return response.status_code, response.json()["code"], response.json()["errors"][0]["pointer"]


@pytest.mark.asyncio
async def test_no_door_assigns_or_extends_to_a_deadline_that_is_over(service: Service) -> None:
    refused = 422, "deadline-in-past", "#/deadline"
    assert refusal(await send(service, "/tasks", proposal(deadline=PAST))) == refused
    proposed = await send(service, "/tasks", proposal(deadline=PAST, assign=False))
    assert proposed.status_code == 201, "what is only proposed decides nothing"
    task = f"/tasks/{proposed.json()['task_id']}"
    assert refusal(await send(service, f"{task}/assign", {})) == refused
    again = proposal(deadline=PAST, task_id=proposed.json()["task_id"], source=None, external_id=None)
    assert refusal(await send(service, "/tasks", again)) == refused
    other = await an_assigned_task(service, external_id="NV-2")
    assert refusal(await send(service, f"/tasks/{other}/extend", {"deadline": PAST, "reason": "x"})) == refused
    assert (await service.get(task))["status"] == "proposed"


@pytest.mark.asyncio
async def test_a_decision_of_the_past_is_told_with_its_scope(service: Service) -> None:
    loaded = await send(service, "/tasks", proposal(deadline=PAST), "facts:past")
    assert (loaded.status_code, loaded.json()["status"]) == (201, "assigned")
    same = await send(service, "/tasks", proposal(deadline=PAST))
    assert (same.status_code, same.json()["version"]) == (200, loaded.json()["version"])
    proposed = await send(service, "/tasks", proposal(deadline=PAST, external_id="NV-2", assign=False))
    assigned = await send(service, f"/tasks/{proposed.json()['task_id']}/assign", {}, "facts:past")
    assert assigned.status_code == 200
    decision = {"deadline": "2021-06-30", "reason": "x"}
    extended = await send(service, f"/tasks/{loaded.json()['task_id']}/extend", decision, "facts:past")
    assert extended.status_code == 200


@pytest.mark.asyncio
@pytest.mark.parametrize("day", ["2199-01-01", "2025-12-05"])
async def test_a_document_of_a_day_to_come_is_refused(service: Service, day: str) -> None:
    refused = await send(service, "/directives", DIRECTIVE | {"issued_on": day})
    assert refusal(refused) == (422, "fact-in-future", "#/issued_on")
    assert (await send(service, "/directives", DIRECTIVE)).status_code == 201
    again = await send(service, "/directives", DIRECTIVE | {"issued_on": day})
    assert refusal(again) == (422, "fact-in-future", "#/issued_on")


@pytest.mark.asyncio
async def test_the_day_of_a_document_is_the_civil_day(service: Service) -> None:
    service.clock.pass_by(hours=14, seconds=-30)
    taken = await send(service, "/directives", DIRECTIVE | {"issued_on": "2025-12-05"})
    assert taken.status_code == 201, "half a minute before midnight there: another clock may be ahead"
