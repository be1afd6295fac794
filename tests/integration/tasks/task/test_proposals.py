"""A proposal that no body wants can be refused or taken back, and no body fills another's programme with them."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

import httpx2
import orjson
import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal

REASON = {"reason": "Trùng với nhiệm vụ khác"}
MOST = 20


async def propose(service: Service, number: int = 1, code: str = "G06", **changes: Any) -> httpx2.Response:
    body = proposal(assign=False, external_id=f"NV-{number}") | changes
    return await service.post(code, "/tasks", body)


async def a_proposal(service: Service, number: int = 1, **changes: Any) -> UUID:
    response = await propose(service, number, **changes)
    assert response.status_code == 201, response.text
    return UUID(response.json()["task_id"])


@pytest.mark.asyncio
async def test_the_body_whose_programme_it_is_in_refuses_a_proposal(service: Service) -> None:
    task_id = await a_proposal(service)
    path = f"/tasks/{task_id}/refuse"
    for code in ("G06", "G01"):
        assert (await service.post(code, path, REASON)).json()["code"] == "organisation-not-allowed"
    refused = await service.post("P57", path, REASON)
    assert (refused.status_code, refused.json()["status"], refused.json()["bucket"]) == (200, "cancelled", None)
    event = (await service.events())[-1]
    assert (event.change, event.data["status"], event.meta["reason"]) == ("refused", "cancelled", REASON["reason"])
    assert "Trùng" not in event.data_json
    again = await service.post("P57", path, REASON)
    assert (again.status_code, again.json()["code"]) == (409, "transition-not-allowed")


@pytest.mark.asyncio
@pytest.mark.parametrize("key", [{}, {"source": None, "external_id": None}])
async def test_who_made_a_proposal_takes_it_back(service: Service, key: dict[str, Any]) -> None:
    task_id = await a_proposal(service, **key)
    path = f"/tasks/{task_id}/withdraw-proposal"
    for code in ("P57", "G01"):
        assert (await service.post(code, path, {})).json()["code"] == "organisation-not-allowed"
    withdrawn = await service.post("G06", path, {})
    assert (withdrawn.status_code, withdrawn.json()["status"]) == (200, "cancelled")
    assert (await service.events())[-1].change == "proposal_withdrawn"
    assert (await service.post("P57", f"/tasks/{task_id}/assign", {})).json()["code"] == "transition-not-allowed"


@pytest.mark.asyncio
@pytest.mark.parametrize(("code", "path", "body"), [("P57", "refuse", REASON), ("G06", "withdraw-proposal", {})])
@pytest.mark.parametrize("changes", [{"title": "Tên khác"}, {"deadline": None}, {"deadline": "2026-03-01"}])
async def test_the_key_of_a_proposal_that_is_over_stays_with_it(
    service: Service, code: str, path: str, body: dict[str, Any], changes: dict[str, Any]
) -> None:
    task_id = await a_proposal(service)
    assert (await service.post(code, f"/tasks/{task_id}/{path}", body)).status_code == 200
    again = await propose(service)
    assert (again.status_code, again.json()["status"]) == (200, "cancelled"), "the same again changes nothing"
    refused = await propose(service, **changes)
    assert (refused.status_code, refused.json()["code"]) == (409, "transition-not-allowed")
    assert "propose the task again under another key" in refused.json()["detail"]
    assert (await propose(service, 2, **changes)).status_code == 201


@pytest.mark.asyncio
async def test_only_its_maker_and_the_programmes_owner_describe_a_proposal(service: Service) -> None:
    task_id = await a_proposal(service, lead_organisation="G01", assigning_organisation="G06")
    described = {"task_id": str(task_id), "source": None, "external_id": None}
    taken = proposal(assign=False, lead_organisation="G01", assigning_organisation="G01") | described
    for refused in (await service.post("G01", "/tasks", taken), await patch(service, "G01", task_id, title="Khác")):
        assert (refused.status_code, refused.json()["code"]) == (403, "organisation-not-allowed")
    for code in ("G06", "P57"):
        assert (await patch(service, code, task_id, title=f"Tên của {code}")).status_code == 200
    same = proposal(assign=False, lead_organisation="G01", assigning_organisation="G06", title="Tên của P57")
    assert (await service.post("G01", "/tasks", same | described)).status_code == 200, "unchanged"


async def patch(service: Service, code: str, task_id: UUID, **changes: Any) -> httpx2.Response:
    headers = service.headers(code) | {"Content-Type": "application/merge-patch+json"}
    return await service.http.patch(f"/api/tasks/v1/tasks/{task_id}", content=orjson.dumps(changes), headers=headers)


@pytest.mark.asyncio
async def test_what_was_assigned_is_neither_refused_nor_taken_back(service: Service) -> None:
    task_id = await an_assigned_task(service)
    for path, body in (("refuse", REASON), ("withdraw-proposal", {})):
        refused = await service.post("P57", f"/tasks/{task_id}/{path}", body)
        assert (refused.status_code, refused.json()["code"]) == (409, "transition-not-allowed")


@pytest.mark.asyncio
async def test_a_body_has_only_so_many_proposals_open_in_a_programme(service: Service) -> None:
    answers = await asyncio.gather(*(propose(service, number) for number in range(MOST + 5)))
    assert Counter(answer.status_code for answer in answers) == {201: MOST, 409: 5}
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json()["code"] == "too-many-open-proposals"
    taken = next(answer.json()["task_id"] for answer in answers if answer.status_code == 201)
    described = await propose(service, task_id=taken, source=None, external_id=None, title="Tên khác")
    assert described.status_code == 200, "an open proposal can still be described"
    assert (await service.post("P57", f"/tasks/{taken}/refuse", REASON)).status_code == 200
    assert (await propose(service, 100)).status_code == 201
    assert (await propose(service, 101)).status_code == 409
    assert (await propose(service, 1, code="G01", lead_organisation="G01")).status_code == 201, "each body has its own"
    assert (await propose(service, 200, code="P57")).status_code == 201
    own = [await propose(service, 300 + number, code="P57") for number in range(MOST)]
    assert {answer.status_code for answer in own} == {201}, "the owner decides on its own proposals"


@pytest.mark.asyncio
async def test_a_proposal_does_not_come_in_from_another_programme(service: Service) -> None:
    programme = {"slug": "own", "name_vi": "Riêng", "name_en": "Own", "resolution": "57-NQ/TW", "owner": "G06"}
    assert (await service.post("G06", "/programmes", programme)).status_code == 201
    for number in range(MOST):
        await a_proposal(service, number)
    await a_proposal(service, 100, programme="own")
    assert (await propose(service, 100)).status_code == 409


@pytest.mark.asyncio
async def test_what_was_refused_leaves_the_public_list_of_the_programme(service: Service) -> None:
    refused, open_one = await a_proposal(service, 1), await a_proposal(service, 2)
    assert (await service.post("P57", f"/tasks/{refused}/refuse", REASON)).status_code == 200

    async def listed(**asked: str) -> list[str]:
        return [item["task_id"] for item in (await service.get("/tasks", programme="plan", **asked))["items"]]

    assert await listed() == [str(open_one)]
    assert await listed(q="co so du lieu") == [str(open_one)]
    assert await listed(status="cancelled") == [str(refused)]
    own = await service.http.get("/api/tasks/v1/own/tasks", headers=service.headers("G06", "tasks:write"))
    assert {item["task_id"] for item in own.json()["items"]} == {str(refused), str(open_one)}, "its maker sees its end"
    assert (await service.get(f"/tasks/{refused}"))["status"] == "cancelled"


async def waiting(service: Service, code: str, **params: Any) -> list[Any]:
    """The proposals that a body reads as waiting for it."""
    headers = service.headers(code, "tasks:assign")
    response = await service.http.get("/api/tasks/v1/own/proposals", headers=headers, params=params)
    assert response.status_code == 200, response.text
    items: list[Any] = response.json()["items"]
    following = response.json()["next"]
    return items if following is None else items + await waiting(service, code, **params | {"cursor": following})


@pytest.mark.asyncio
async def test_a_body_sees_what_waits_for_it_and_not_what_a_restricted_proposal_says(service: Service) -> None:
    public = await a_proposal(service)
    service.clock.pass_by(hours=1)
    secret = proposal(assign=False, classification="restricted", assigning_organisation="G06", title="Việc kín")
    answer = await service.post("G06", "/tasks", secret | {"external_id": "NV-2"})
    assert answer.status_code == 201, answer.text
    restricted = answer.json()["task_id"]
    await an_assigned_task(service, external_id="NV-3")
    found = await waiting(service, "P57", limit=1)
    assert [(item["task_id"], item["title"], item["proposed_at"]) for item in found] == [
        (str(public), "Xây dựng cơ sở dữ liệu dùng chung", "2025-12-04T03:00:00Z"),
        (restricted, None, "2025-12-04T04:00:00Z"),
    ]
    assert {item["proposed_by"]["name_vi"] for item in found} == {"Bộ Khoa học và Công nghệ"}
    assert "Việc kín" not in str(found)
    assert await waiting(service, "G06") == [], "who proposes does not decide"
    refused = await service.http.get("/api/tasks/v1/own/proposals")
    assert refused.status_code == 401


@pytest.mark.asyncio
async def test_a_restricted_proposal_is_refused_unread(service: Service) -> None:
    secret = proposal(assign=False, classification="restricted", assigning_organisation="G06")
    task_id = (await service.post("G06", "/tasks", secret)).json()["task_id"]
    path = f"/tasks/{task_id}/refuse"
    assert (await service.post("G01", path, REASON)).status_code == 404
    assert (await service.post("P57", f"/tasks/{task_id}/assign", {})).status_code == 404, "not the owner's to read"
    refused = await service.post("P57", path, REASON)
    assert (refused.status_code, refused.content) == (204, b"")
    assert await waiting(service, "P57") == []
    assert (await service.post("P57", path, REASON)).status_code == 404, "what is over is hidden as before"
    told = await service.http.get(f"/api/tasks/v1/own/tasks/{task_id}", headers=service.headers("G06", "tasks:write"))
    assert told.json()["status"] == "cancelled"
    assert not (await service.events())[-1].published
