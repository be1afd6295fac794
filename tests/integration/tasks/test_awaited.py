"""A body finds all that waits for its word: requests, tasks handed in, periods, evidence; and nothing of others."""

from typing import Any
from uuid import UUID

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal
from tests.integration.tasks.decision.conftest import asked, decide

pytestmark = pytest.mark.asyncio

BODIES = ("P57", "G06", "G01", "75", "75-KH", "25999")
WEEKLY = {"kind": "recurring", "deadline": None, "recurrence": "FREQ=WEEKLY;BYDAY=FR"}


async def listed(service: Service, path: str, code: str, **narrowed: Any) -> list[dict[str, Any]]:
    """All pages of a list of a body, two items a page."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        params = {"limit": 2} | narrowed | cursor
        page = await service.http.get(f"{service.prefix}/own/{path}", params=params, headers=service.headers(code))
        assert page.status_code == 200, page.text
        found += page.json()["items"]
        if page.json()["next"] is None:
            return found
        cursor = {"cursor": page.json()["next"]}


async def holders(service: Service, path: str, **narrowed: Any) -> set[str]:
    """The bodies whose list is not empty."""
    return {code for code in BODIES if await listed(service, path, code, **narrowed)}


async def patch(service: Service, path: str, **changes: Any) -> None:
    headers = service.headers("P57") | {"content-type": "application/merge-patch+json"}
    changed = await service.http.patch(f"{service.prefix}{path}", json=changes, headers=headers)
    assert changed.is_success, changed.text


async def department_task(service: Service) -> str:
    """A task that a department of the province gave to a centre of its own, in a programme of its own."""
    centre = {"code": "75-KH-TT", "name_vi": "Trung tâm", "type": "department", "level": "department"}
    made = await service.post("75", "/organisations", centre | {"parent": "75-KH", "reason": "Thành lập"})
    assert made.status_code == 201, made.text
    programme = {"slug": "so", "name_vi": "Sở", "name_en": "Department", "resolution": "57-NQ/TW", "owner": "75-KH"}
    assert (await service.post("75-KH", "/programmes", programme)).status_code == 201
    led = {"lead_organisation": "75-KH-TT", "responsible_position": {"title": "Giám đốc", "organisation": "75-KH-TT"}}
    given = {"programme": "so", "assigned_by": "province", "assigning_organisation": "75-KH", "external_id": "SO-1"}
    made = await service.post("75-KH", "/tasks", proposal(**given, **led))
    assert made.status_code == 201, made.text
    return str(made.json()["task_id"])


async def test_requests_are_found_by_each_body_that_may_decide_and_not_by_who_asks(service: Service) -> None:
    task_ids = [await an_assigned_task(service, external_id=f"NV-{number}") for number in range(3)]
    decisions = []
    for task_id in task_ids:
        decisions.append(await asked(service, task_id, "pause"))
        service.clock.pass_by(minutes=1)
    found = await listed(service, "decisions", "P57", role="deciding")
    assert [one["decision_id"] for one in found] == decisions, "the longest asked first"
    assert await holders(service, "decisions", role="deciding") == {"P57"}
    assert (await decide(service, decisions[0])).is_success
    assert [one["decision_id"] for one in await listed(service, "decisions", "P57", role="deciding")] == decisions[1:]


async def test_the_body_above_finds_what_it_may_decide_on_without_a_part_in_the_task(service: Service) -> None:
    decision_id = await asked(service, await department_task(service), "pause", "75-KH-TT")
    assert await listed(service, "decisions", "75") == [], "it has no part in it"
    assert await holders(service, "decisions", role="deciding") == {"75", "75-KH"}
    assert (await decide(service, decision_id, code="75")).json()["state"] == "granted"
    assert await holders(service, "decisions", role="deciding") == set()


async def test_a_transfer_is_found_by_the_body_that_is_to_accept_it(service: Service) -> None:
    task_id = await an_assigned_task(service)
    decision_id = await asked(service, task_id, "transfer", organisation="G01")
    assert await holders(service, "decisions", role="deciding") == {"P57"}
    assert (await decide(service, decision_id)).is_success
    assert await holders(service, "decisions", role="deciding") == {"G01"}


async def test_a_request_on_a_restricted_task_is_found_by_those_who_see_it(service: Service) -> None:
    await asked(service, await an_assigned_task(service, classification="restricted"), "pause")
    assert await holders(service, "decisions", role="deciding") == {"P57"}


async def test_tasks_that_were_handed_in_are_found_by_who_confirms_them(service: Service) -> None:
    task_id = await an_assigned_task(service)
    result = {"evidence": [{"title": "Biên bản", "url": "https://example.invalid/bb.pdf"}]}
    assert (await service.post("G06", f"/tasks/{task_id}/submit", result)).is_success
    waiting = {"role": "confirming", "status": "submitted"}
    assert [one["task_id"] for one in await listed(service, "tasks", "P57", **waiting)] == [str(task_id)]
    assert await holders(service, "tasks", **waiting) == {"P57"}
    assert (await service.post("P57", f"/tasks/{task_id}/confirm", {})).is_success
    assert await holders(service, "tasks", **waiting) == set()


async def test_evidence_is_found_by_the_confirming_body_or_the_one_that_the_programme_names(service: Service) -> None:
    pieces: list[str] = []
    for number in range(3):
        task_id = await an_assigned_task(service, external_id=f"NV-{number}")
        piece = {"title": f"Biên bản {number}", "url": f"https://example.invalid/{number}.pdf"}
        added = await service.post("G06", f"/tasks/{task_id}/evidence", piece)
        pieces.append(added.json()["evidence_id"])
        service.clock.pass_by(minutes=1)
    found = await listed(service, "evidence", "P57")
    assert [one["evidence"]["evidence_id"] for one in found] == pieces, "the longest first"
    assert (found[0]["task_title"], found[0]["programme"]) == ("Xây dựng cơ sở dữ liệu dùng chung", "plan")
    assert await holders(service, "evidence") == {"P57"}

    await patch(service, "/programmes/plan", evidence_organisation="G01")
    assert await holders(service, "evidence") == {"G01"}
    assert (await service.post("G01", f"/evidence/{pieces[0]}/accept", {})).is_success
    assert [one["evidence"]["evidence_id"] for one in await listed(service, "evidence", "G01")] == pieces[1:]
    await patch(service, "/programmes/plan", evidence_organisation="G06")
    assert await holders(service, "evidence") == {"P57"}, "one that does the task does not check it"


async def test_evidence_of_a_restricted_task_is_found_by_the_bodies_concerned(service: Service) -> None:
    task_id = await an_assigned_task(service, classification="restricted")
    await patch(service, "/programmes/plan", evidence_organisation="G01")
    piece = {"title": "Biên bản", "url": "https://example.invalid/bb.pdf"}
    assert (await service.post("G06", f"/tasks/{task_id}/evidence", piece)).is_success
    assert await holders(service, "evidence") == {"P57"}, "the named one does not see the task"
    await patch(service, f"/tasks/{task_id}", classification="public")
    assert await holders(service, "evidence") == {"P57"}, "what was attached in confidence stays so"


async def test_periods_are_found_by_the_confirming_body_where_the_programme_asks_for_it(service: Service) -> None:
    task_ids: list[UUID] = []
    for number in range(3):
        task_ids.append(await an_assigned_task(service, external_id=f"NV-{number}", **WEEKLY))
    for task_id in task_ids:
        service.clock.pass_by(minutes=1)
        assert (await service.post("G06", f"/tasks/{task_id}/progress", {"text": "Đủ", "percent": 10})).is_success
    assert await holders(service, "periods") == set(), "nobody confirms them"
    await patch(service, "/programmes/plan", periods_confirmed=True)
    found = await listed(service, "periods", "P57")
    assert [one["task_id"] for one in found] == [str(one) for one in task_ids], "reported the longest ago first"
    assert (found[0]["key"], found[0]["timing"], found[0]["percent"]) == ("2025-W49", "on_time", 10)
    assert found[0]["organisation"]["code"] == "G06"
    assert await holders(service, "periods") == {"P57"}
    assert (await service.post("P57", f"/tasks/{task_ids[0]}/periods/2025-W49/confirm", {})).is_success
    assert [one["task_id"] for one in await listed(service, "periods", "P57")] == [str(one) for one in task_ids[1:]]
    await decide(service, await asked(service, task_ids[1], "cancellation"))
    assert [one["task_id"] for one in await listed(service, "periods", "P57")] == [str(task_ids[2])]


async def test_what_waits_needs_the_scope_to_give_it(service: Service) -> None:
    for path in ("periods", "evidence"):
        headers = service.headers("G06", "tasks:report")
        refused = await service.http.get(f"{service.prefix}/own/{path}", headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "insufficient-scope")
