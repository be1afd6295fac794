"""A system is done when another body saw that it runs, holds data and has real users."""

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task
from tests.integration.tasks.evidence.evidence import LINK, attach, classify, decide, own_list, told

pytestmark = pytest.mark.asyncio

ALL = ["runs", "holds_data", "has_real_users"]


async def ask_first(service: Service, code: str | None) -> None:
    """Name the body that checks evidence in the programme."""
    headers = service.headers("P57") | {"content-type": "application/merge-patch+json"}
    patched = await service.http.patch(
        f"{service.prefix}/programmes/plan", json={"evidence_organisation": code}, headers=headers
    )
    assert patched.status_code == 200, patched.text


@pytest.mark.parametrize("kind", ["information_system", "database"])
async def test_a_system_is_confirmed_with_all_three(service: Service, kind: str) -> None:
    task_id = await an_assigned_task(service, product_kind=kind)
    assert (await service.get(f"/tasks/{task_id}"))["product_kind"] == kind
    await attach(service, task_id, title="Đang chạy", proves=["runs"])
    await service.post("G06", f"/tasks/{task_id}/submit", {})
    refused = await service.post("P57", f"/tasks/{task_id}/confirm", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "proof-missing")
    assert [one["code"] for one in refused.json()["errors"]] == ["holds-data", "has-real-users"]
    assert "holds_data, has_real_users" in refused.json()["detail"]
    assert [one["state"] for one in await own_list(service, task_id)] == ["waiting"], "nothing is accepted by it"

    users = await attach(service, task_id, title="Người dùng", proves=["has_real_users", "holds_data"])
    assert (await decide(service, users, "refuse", reason="Chỉ là người kiểm thử")).status_code == 200
    again = await service.post("P57", f"/tasks/{task_id}/confirm", {})
    assert [one["code"] for one in again.json()["errors"]] == ["holds-data", "has-real-users"], "refused proves nothing"
    await attach(service, task_id, title="Số liệu", proves=ALL)
    assert (await service.post("P57", f"/tasks/{task_id}/confirm", {})).status_code == 200
    assert (await own_list(service, task_id))[0]["proves"] == sorted(ALL)


async def test_other_tasks_need_none_of_the_three(service: Service) -> None:
    task_id = await an_assigned_task(service, product_kind="document")
    await attach(service, task_id)
    await service.post("G06", f"/tasks/{task_id}/submit", {})
    assert (await service.post("P57", f"/tasks/{task_id}/confirm", {})).status_code == 200


async def test_a_kind_or_a_proof_that_is_not_known_is_refused(service: Service) -> None:
    task_id = await an_assigned_task(service)
    wrong = await service.post("G06", f"/tasks/{task_id}/evidence", LINK | {"proves": ["works"]})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "#/proves/0")


async def test_the_same_evidence_for_another_proof_is_another_piece(service: Service) -> None:
    task_id = await an_assigned_task(service)
    await attach(service, task_id, proves=["runs"])
    again = await service.post("G06", f"/tasks/{task_id}/evidence", LINK | {"proves": ["runs", "runs"]})
    assert again.status_code == 200, "said before"
    await attach(service, task_id, proves=["holds_data"])
    assert len(await own_list(service, task_id)) == 2


async def test_a_programme_asks_another_body_first(service: Service) -> None:
    await ask_first(service, "G01")
    shown = await service.get("/programmes/plan")
    assert shown["evidence_organisation"]["code"] == "G01"
    task_id = await an_assigned_task(service)
    evidence_id = await attach(service, task_id)
    await service.post("G06", f"/tasks/{task_id}/submit", {})
    waiting = await service.post("P57", f"/tasks/{task_id}/confirm", {})
    assert (waiting.status_code, waiting.json()["code"]) == (409, "evidence-waiting")
    assert waiting.json()["evidence_ids"] == [evidence_id], "which pieces wait"
    assert waiting.json()["evidence_organisation"]["code"] == "G01", "and who decides on them"
    assert (await decide(service, evidence_id, "accept")).json()["code"] == "organisation-not-allowed"
    assert (await decide(service, evidence_id, "accept", "G06")).json()["code"] == "confirmation-by-doer"
    assert (await decide(service, evidence_id, "accept", "G01")).status_code == 200
    assert (await service.post("P57", f"/tasks/{task_id}/confirm", {})).status_code == 200
    assert await told(service) == [("added", 1, True), ("accepted", 2, True)]
    await ask_first(service, None)
    assert (await service.get("/programmes/plan"))["evidence_organisation"] is None


async def test_a_body_that_does_the_task_or_may_not_see_it_is_not_asked_first(service: Service) -> None:
    await ask_first(service, "G06")
    task_id = await an_assigned_task(service)
    await attach(service, task_id)
    await service.post("G06", f"/tasks/{task_id}/submit", {})
    assert (await service.post("P57", f"/tasks/{task_id}/confirm", {})).status_code == 200, "the lead checks nothing"

    await ask_first(service, "G01")
    restricted = await an_assigned_task(service, external_id="NV-2")
    await classify(service, restricted, "restricted")
    hidden = await attach(service, restricted)
    assert (await decide(service, hidden, "accept", "G01")).status_code == 404
    await classify(service, restricted, "public")
    await service.post("G06", f"/tasks/{restricted}/submit", {})
    assert (await service.post("P57", f"/tasks/{restricted}/confirm", {})).status_code == 200, "it cannot see the piece"
