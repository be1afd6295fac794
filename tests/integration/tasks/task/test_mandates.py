"""Inspectors, members in charge of an area and outside supervisors read what their mandate names, and nothing else."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx2
import pytest
from tests.integration.tasks.conftest import EVERYTHING, Service, an_assigned_task, proposal, statements

from sixclear.common.web.access import access_rules
from sixclear.tasks.organisation.seed import organisation_id

pytestmark = pytest.mark.asyncio


class Reader:
    """A client with a mandate; by default an inspector that acts for no body."""

    def __init__(self, service: Service, mandate: object, *scopes: str, body: str | None = None) -> None:
        self._service = service
        own = None if body is None else organisation_id(body)
        token = service.issuer.token(
            *(scopes or ("tasks:inspect",)), client_id="inspector", organisation_id=own, mandate=mandate
        )
        self.headers = {"Authorization": f"Bearer {token}"}

    async def get(self, path: str, **params: str) -> httpx2.Response:
        return await self._service.http.get(self._service.prefix + path, params=params, headers=self.headers)

    async def post(self, path: str, body: Any) -> httpx2.Response:
        return await self._service.http.post(self._service.prefix + path, json=body, headers=self.headers)

    async def listed(self, **params: str) -> list[str]:
        response = await self.get("/own/tasks", role="mandate", **params)
        assert response.status_code == 200, response.text
        return sorted(task["task_id"] for task in response.json()["items"])

    async def sees(self, task_id: UUID) -> bool:
        """Whether it reads the task; a list and the task itself agree."""
        response = await self.get(f"/own/tasks/{task_id}")
        assert response.status_code in (200, 404), response.text
        assert (str(task_id) in await self.listed()) == (response.status_code == 200)
        return response.status_code == 200


async def a_restricted_task(service: Service, **changes: Any) -> UUID:
    return await an_assigned_task(service, classification="restricted", **changes)


async def test_a_mandate_of_many_bodies_is_read_with_one_statement(service: Service) -> None:
    """A token may hold a hundred of them, and is sent with each request."""
    task_id = await a_restricted_task(service, lead_organisation="25999")
    counts = []
    for bodies in (["75"], ["75", "25999", *(f"{code:05}" for code in range(100))]):
        reader = Reader(service, [f"organisation:{code}" for code in bodies])
        with statements(service) as sent:
            assert (await reader.get(f"/own/tasks/{task_id}")).status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("mandate", "seen"),
    [
        ("programme:plan", True),
        (["programme:other", "programme:plan"], True),
        ("organisation:25999", True),
        ("organisation:75", True),
        (f"organisation:{organisation_id('75')}", True),
        ("organisation:P57", True),
        ("organisation:G01", False),
        ("programme:other", False),
        ("group:plan/nhom-1", False),
        ("plan", False),
        ("", False),
        (None, False),
    ],
)
async def test_a_restricted_task_is_read_by_who_is_named_for_it(service: Service, mandate: object, seen: bool) -> None:
    task_id = await a_restricted_task(service, lead_organisation="25999", coordinating_organisations=["G06"])
    assert await Reader(service, mandate).sees(task_id) is seen
    assert await Reader(service, mandate, "tasks:oversee").sees(task_id) is seen
    for scopes in (("tasks:report",), EVERYTHING):
        without = await Reader(service, mandate, *scopes, body="G01").get(f"/own/tasks/{task_id}")
        assert without.status_code == 404


async def test_what_hangs_on_it_is_read_too_and_each_reading_is_noted(service: Service) -> None:
    task_id = await a_restricted_task(service)
    told = await service.post("G06", f"/tasks/{task_id}/progress", {"text": "Đang làm", "percent": 40})
    assert told.status_code == 201
    reader = Reader(service, "programme:plan")
    reports = await reader.get(f"/own/tasks/{task_id}/reports")
    assert [one["text"] for one in reports.json()["items"]] == ["Đang làm"]
    paths = [f"/own/tasks/{task_id}{part}" for part in ("", "/history", "/evidence", "/milestones")]
    for path in paths:
        assert (await reader.get(path)).status_code == 200, path
    assert (await reader.get(f"/tasks/{task_id}")).status_code == 404
    log = await service.http.get(f"{service.prefix}/access-log", headers=service.headers("P57", "audit:read"))
    noted = log.json()["items"]
    assert len(noted) == len(paths) + 1
    assert {(one["client_id"], *one["scopes"]) for one in noted} == {("inspector", "tasks:inspect")}
    assert {one["organisation_id"] for one in noted} == {None}


async def test_what_was_said_in_private_on_a_public_task_is_read_by_mandate(service: Service) -> None:
    task_id = await a_restricted_task(service)
    await service.post("G06", f"/tasks/{task_id}/progress", {"text": "Nội bộ", "percent": 40})
    assert (await service.post("P57", "/tasks", proposal(classification="public"))).status_code == 200
    named, other = Reader(service, "programme:plan"), Reader(service, "programme:other")
    percents = [(await reader.get(f"/own/tasks/{task_id}")).json()["percent"] for reader in (named, other)]
    assert percents == [40, 0]
    reports = [(await reader.get(f"/own/tasks/{task_id}/reports")).json()["items"] for reader in (named, other)]
    assert [len(found) for found in reports] == [1, 0]


async def test_a_group_of_work_is_a_mandate_of_its_own(service: Service) -> None:
    task_id, other = await a_restricted_task(service), await a_restricted_task(service, external_id="NV-2")
    asked = {"kind": "regrouping", "reason": "Theo nhóm việc", "work_group": "nhom-1"}
    decision = await service.post("G06", f"/tasks/{task_id}/decisions", asked)
    assert decision.status_code == 201, decision.text
    path = f"/decisions/{decision.json()['decision_id']}/decide"
    decided = await service.post("P57", path, {"outcome": "granted"})
    assert decided.status_code == 200, decided.text
    reader = Reader(service, "group:plan/nhom-1")
    assert [await reader.sees(one) for one in (task_id, other)] == [True, False]
    assert not await Reader(service, "group:plan/nhom-2").sees(task_id)


async def test_decisions_on_restricted_tasks_are_listed_by_mandate(service: Service) -> None:
    task_id = await a_restricted_task(service)
    asked = {"kind": "extension", "reason": "Chờ thiết bị", "deadline": "2026-07-15"}
    decision = (await service.post("G06", f"/tasks/{task_id}/decisions", asked)).json()["decision_id"]
    named, other = Reader(service, "programme:plan"), Reader(service, "programme:other organisation:G01")
    for reader, seen in ((named, [decision]), (other, [])):
        page = (await reader.get("/own/decisions", role="mandate")).json()
        assert [one["decision_id"] for one in page["items"]] == seen
        one = await reader.get(f"/own/decisions/{decision}")
        assert one.status_code == (200 if seen else 404)
    assert (await service.get("/decisions"))["items"] == []
    body = await service.http.get(
        f"{service.prefix}/own/decisions", params={"role": "mandate"}, headers=service.headers("G06")
    )
    assert body.json()["items"] == []


async def test_a_restricted_proposal_is_in_no_programme_yet(service: Service) -> None:
    secret = proposal(assign=False, classification="restricted", assigning_organisation="G06")
    task_id = UUID((await service.post("G06", "/tasks", secret)).json()["task_id"])
    assert not await Reader(service, "programme:plan").sees(task_id)
    assert await Reader(service, "organisation:G06").sees(task_id)


async def test_lists_of_a_mandate_are_narrowed_ordered_and_paged(service: Service) -> None:
    tasks = [str(await a_restricted_task(service, external_id=f"NV-{number}")) for number in range(3)]
    tasks.append(str(await an_assigned_task(service, external_id="NV-9")))
    reader = Reader(service, "programme:plan organisation:75")
    for sort in ("deadline", "id", "days_late", "last_report", "body", "updated"):
        assert await reader.listed(sort=sort) == sorted(tasks), sort
    first = (await reader.get("/own/tasks", role="mandate", limit="3")).json()
    assert (len(first["items"]), first["total"]) == (3, 4)
    other = await Reader(service, "programme:plan").get("/own/tasks", role="mandate", limit="3", cursor=first["next"])
    assert other.json()["code"] == "invalid-cursor"
    assert len(await reader.listed(limit="3", cursor=first["next"])) == 1
    assert await reader.listed(q="NV-1") == tasks[1:2]


async def test_an_area_is_read_and_changed_by_those_who_have_a_part(service: Service) -> None:
    task_id = await a_restricted_task(service)
    member = Reader(service, "programme:plan", "tasks:oversee", *EVERYTHING, body="G01")
    assert await member.sees(task_id)
    evidence = {"title": "Biên bản", "url": "https://example.vn/bien-ban.pdf"}
    milestone = {"title": "Chạy thử", "weight": 3, "deadline": "2025-12-12"}
    asked = {"kind": "extension", "reason": "x", "deadline": "2026-07-15"}
    bodies = {"progress": {"text": "x"}, "confirm": {}, "evidence": evidence, "milestones": milestone}
    for path, body in (bodies | {"decisions": asked}).items():
        refused = await member.post(f"/tasks/{task_id}/{path}", body)
        assert (refused.status_code, refused.json()["code"]) == (404, "task-not-found"), path
    own = await a_restricted_task(service, external_id="NV-2", lead_organisation="G01")
    assert (await member.post(f"/tasks/{own}/progress", {"text": "Đang làm"})).status_code == 201


async def test_by_mandate_alone_no_task_is_named_to_take_the_place_of_another(service: Service) -> None:
    read = await a_restricted_task(service)
    own = await a_restricted_task(service, external_id="NV-2", lead_organisation="G01")
    member = Reader(service, "programme:plan", "tasks:oversee", *EVERYTHING, body="G01")
    assert await member.sees(read)
    merger = {"kind": "merger", "reason": "Trùng", "replaced_by": [str(read)]}
    refused = await member.post(f"/tasks/{own}/decisions", merger)
    assert (refused.status_code, refused.json()["code"]) == (422, "decision-value"), refused.text
    with_part = await service.post("P57", f"/tasks/{own}/decisions", merger)
    assert with_part.json()["code"] == "decision-impossible", "no other body could decide; the task may be named"


async def test_an_inspector_is_refused_by_every_route_that_writes(service: Service, both_ways: None) -> None:
    task_id = await an_assigned_task(service)
    before = await service.events()
    inspector = Reader(service, "programme:plan", "tasks:inspect", *EVERYTHING, "facts:past", body="G06")
    assert await inspector.sees(task_id)
    for method, path in _writing(service):
        address = path.replace("{slug}", "plan").replace("{period}", "2025-12")
        while "{" in address:
            head, _, rest = address.partition("{")
            address = f"{head}{task_id}{rest.partition('}')[2]}"
        refused = await service.http.request(method, address, json={"text": "x"}, headers=inspector.headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "insufficient-scope"), (method, path)
    assert await service.events() == before


def _writing(service: Service) -> Sequence[tuple[str, str]]:
    found = [(method, path) for method, path, _ in access_rules(service.app) if method not in ("GET", "*")]
    assert len(found) > 30, "nothing was checked"
    return found


async def test_who_has_neither_body_nor_mandate_is_told_so(service: Service) -> None:
    headers = service.issuer.headers("tasks:report", client_id="x")
    refused = await service.http.get(f"{service.prefix}/own/tasks", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "organisation-required")
    await an_assigned_task(service)
    supervisor = Reader(service, "programme:plan")
    for path in ("/own/tasks", "/own/log", "/own/decisions"):
        refused = await supervisor.get(path)
        assert (refused.status_code, refused.json()["code"]) == (403, "organisation-required"), path
