"""Who may give which task to whom, and that a task that was given can be ended."""

from typing import Any

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal


async def a_programme(service: Service, owner: str) -> None:
    """A programme `own` of a body."""
    body = {"slug": "own", "name_vi": "Riêng", "name_en": "Own", "resolution": "57-NQ/TW", "owner": owner}
    assert (await service.post(owner, "/programmes", body)).status_code == 201


def of_its_own(body: str, lead: str, level: str, **changes: Any) -> dict[str, Any]:
    """A task that a body gives in its own programme."""
    return proposal(programme="own", assigning_organisation=body, lead_organisation=lead, assigned_by=level, **changes)


@pytest.mark.asyncio
async def test_a_ward_gives_no_task_in_the_name_of_the_centre(service: Service) -> None:
    await a_programme(service, "25999")
    refused = await service.post("25999", "/tasks", of_its_own("25999", "25999", "central", assign=False))
    assert (refused.status_code, refused.json()["code"]) == (422, "level-mismatch")
    assert refused.json()["errors"][0]["pointer"] == "#/assigned_by"
    assert (await service.get("/tasks"))["items"] == []


@pytest.mark.asyncio
async def test_a_department_acts_at_the_level_of_its_province(service: Service) -> None:
    await a_programme(service, "75-KH")
    refused = await service.post("75-KH", "/tasks", of_its_own("75-KH", "75-KH", "commune", assign=False))
    assert refused.status_code == 422
    proposed = await service.post("75-KH", "/tasks", of_its_own("75-KH", "75-KH", "province", assign=False))
    assert proposed.status_code == 201


@pytest.mark.asyncio
async def test_a_province_gives_tasks_to_its_wards_and_to_nobody_else(service: Service) -> None:
    await a_programme(service, "75")
    refused = await service.post("75", "/tasks", of_its_own("75", "G06", "province"))
    assert (refused.status_code, refused.json()["code"]) == (403, "organisation-not-allowed")
    assert "below it" in refused.json()["detail"]
    unclear = await service.post("75", "/tasks", of_its_own("75", "75", "province") | {"lead_organisation": None})
    assert (unclear.status_code, unclear.json()["code"]) == (422, "six-clears-missing")
    assigned = await service.post("75", "/tasks", of_its_own("75", "25999", "province"))
    assert (assigned.status_code, assigned.json()["status"]) == (201, "assigned")


@pytest.mark.asyncio
async def test_another_level_is_refused_when_a_proposal_is_described_anew(service: Service) -> None:
    assert (await service.post("P57", "/tasks", proposal(assign=False))).status_code == 201
    refused = await service.post("P57", "/tasks", proposal(assign=False, assigned_by="commune"))
    assert (refused.status_code, refused.json()["code"]) == (422, "level-mismatch")


P57_LEADS = {"lead_organisation": "P57", "responsible_position": {"title": "Chánh Văn phòng", "organisation": "P57"}}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("changes", "pointer"),
    [(P57_LEADS, "#/lead_organisation"), ({"coordinating_organisations": ["P57"]}, "#/coordinating_organisations")],
)
async def test_a_task_that_nobody_could_confirm_is_not_assigned(
    service: Service, changes: dict[str, Any], pointer: str
) -> None:
    refused = await service.post("P57", "/tasks", proposal(**changes))
    assert (refused.status_code, refused.json()["code"]) == (422, "confirmation-impossible")
    assert refused.json()["errors"][0]["pointer"] == pointer
    proposed = await service.post("P57", "/tasks", proposal(**changes, assign=False))
    assert proposed.status_code == 201
    assert (await service.post("P57", f"/tasks/{proposed.json()['task_id']}/assign", {})).status_code == 422


@pytest.mark.asyncio
async def test_the_only_body_that_may_confirm_never_joins_the_doers(service: Service) -> None:
    task_id = await an_assigned_task(service)
    joined = await service.post("P57", "/tasks", proposal(coordinating_organisations=["G01", "P57"]))
    assert (joined.status_code, joined.json()["code"]) == (422, "confirmation-impossible")
    assert (await service.get(f"/tasks/{task_id}"))["coordinating_organisations"] == []
    assert (await service.post("P57", "/tasks", proposal(coordinating_organisations=["G01"]))).status_code == 200


@pytest.mark.asyncio
async def test_a_body_may_give_itself_a_recurring_task(service: Service) -> None:
    own = proposal(**P57_LEADS, kind="recurring", recurrence="FREQ=DAILY", deadline=None)
    assert (await service.post("P57", "/tasks", own)).status_code == 201


@pytest.mark.asyncio
async def test_a_client_that_may_only_describe_assigns_nothing_on_the_way(service: Service) -> None:
    refused = await service.post("P57", "/tasks", proposal(), **service.headers("P57", "tasks:write"))
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient-scope")
    assert "tasks:assign" in refused.json()["detail"]
    assert 'scope="tasks:assign"' in refused.headers["WWW-Authenticate"]
    assert (await service.get("/tasks"))["items"] == []
