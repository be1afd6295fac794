"""A task comes into other hands when the receiving body accepts it, with what hangs on it and is open."""

from typing import Any

import pytest
from httpx2 import Response
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal
from tests.integration.tasks.decision.conftest import ask, asked, decide, told

pytestmark = pytest.mark.asyncio
POSITION = {"responsible_position": {"title": "Cục trưởng", "organisation": "G01"}}


async def accept(service: Service, decision_id: str, code: str = "G01", **body: Any) -> Response:
    """Accept a granted transfer."""
    return await service.post(code, f"/decisions/{decision_id}/accept", body or POSITION)


async def test_a_transfer_counts_when_the_receiving_body_accepts(service: Service) -> None:
    task_id = await an_assigned_task(service, coordinating_organisations=["G01", "75"])
    milestone = {"title": "Khảo sát", "deadline": "2025-12-10"}
    assert (await service.post("G06", f"/tasks/{task_id}/milestones", milestone)).status_code == 201
    earlier = await asked(service, task_id, "cancellation")
    await decide(service, earlier, "refused", reason="Vẫn cần")
    decision_id = await asked(service, task_id, "transfer", organisation="G01")
    assert (await accept(service, decision_id)).status_code == 403, "nothing is granted yet"
    granted = (await decide(service, decision_id)).json()
    assert granted["state"] == "granted"
    assert (await decide(service, decision_id)).json() == granted, "granted again in the same words it stays as it is"
    assert (await service.get(f"/tasks/{task_id}"))["lead_organisation"]["code"] == "G06"
    assert (await service.post("G06", f"/tasks/{task_id}/progress", {"text": "Vẫn làm"})).is_success
    assert (await accept(service, decision_id, "G06")).json()["code"] == "organisation-not-allowed"
    unclear = await accept(service, decision_id, "G01", occurred_at=None)
    assert (unclear.status_code, unclear.json()["errors"][0]["pointer"]) == (422, "#/responsible_position")

    service.clock.pass_by(days=1)
    accepted_at = f"{service.clock():%Y-%m-%dT%H:%M:%SZ}"
    accepted = await accept(service, decision_id)
    assert accepted.json()["state"] == "accepted", accepted.text
    assert accepted.json()["former"]["organisation"]["code"] == "G06"
    assert (await accept(service, decision_id)).json() == accepted.json()
    task = await service.get(f"/tasks/{task_id}")
    assert task["assignment"] == {"state": "accepted", "since": accepted_at, "accept_by": None}, "answerable since then"
    assert (task["lead_organisation"]["code"], [one["code"] for one in task["coordinating_organisations"]]) == (
        "G01",
        ["75"],
    )
    assert task["responsible_position"]["title"] == "Cục trưởng"
    assert (await service.post("G06", f"/tasks/{task_id}/progress", {"text": "Vẫn làm"})).status_code == 403
    assert (await service.post("G01", f"/tasks/{task_id}/progress", {"text": "Tiếp nhận"})).is_success

    after = [event for event in await service.events() if event.published][-4:-1]
    assert [(event.entity_type, event.change) for event in after] == [
        ("decision", "accepted"),
        ("task", "transferred"),
        ("milestone", "restated"),
    ]
    lead = task["lead_organisation"]["organisation_id"]
    assert after[0].data["organisation_id"] != lead, "a closed decision stays with the body that was answerable"
    assert after[1].data["lead_organisation_id"] == after[2].data["organisation_id"] == lead
    of_former = await service.get("/decisions", organisation="G06")
    assert [one["decision_id"] for one in of_former["items"]] == [earlier, decision_id]


async def test_a_transfer_is_declined_with_a_reason(service: Service) -> None:
    task_id = await an_assigned_task(service)
    decision_id = await asked(service, task_id, "transfer", organisation="75")
    await decide(service, decision_id, "granted_otherwise", organisation="G01", reason="Đúng chức năng hơn")
    body = {"reason": "Không có nhân lực"}
    assert (await service.post("75", f"/decisions/{decision_id}/decline", body)).status_code == 403
    declined = await service.post("G01", f"/decisions/{decision_id}/decline", body)
    assert (declined.json()["state"], declined.json()["decision_reason"]) == ("declined", "Không có nhân lực")
    assert (await service.post("G01", f"/decisions/{decision_id}/decline", body)).json() == declined.json()
    assert (await accept(service, decision_id)).status_code == 409
    assert (await service.get(f"/tasks/{task_id}"))["lead_organisation"]["code"] == "G06"
    assert (await told(service))[-1] == ("decision", "declined", 3)


async def test_a_body_that_cannot_be_given_the_task_is_named_in_vain(service: Service) -> None:
    task_id = await an_assigned_task(service)
    for organisation, code in (
        ("G06", "decision-value"),
        ("XX", "reference-unknown"),
        ("P57", "confirmation-impossible"),
    ):
        refused = await ask(service, task_id, "transfer", organisation=organisation)
        assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert [one["pointer"] for one in refused.json()["errors"]] == ["#/organisation"], "as the request names it"
    extension = await asked(service, task_id, "extension", deadline="2026-02-01")
    await decide(service, extension)
    only = await service.post("G01", f"/decisions/{extension}/accept", POSITION)
    assert only.status_code == 403


async def test_the_receiving_body_reads_a_restricted_task_that_it_is_offered(service: Service) -> None:
    task_id = await an_assigned_task(service, classification="restricted")
    decision_id = await asked(service, task_id, "transfer", organisation="G01")
    path = f"{service.prefix}/own/decisions"
    assert (await service.http.get(f"{path}/{decision_id}", headers=service.headers("G01"))).status_code == 404
    await decide(service, decision_id)
    own = await service.http.get(path, headers=service.headers("G01"))
    assert [one["decision_id"] for one in own.json()["items"]] == [decision_id]
    assert (await service.http.get(f"{path}/{decision_id}", headers=service.headers("G01"))).status_code == 200
    assert (await service.http.get(f"{path}/{decision_id}", headers=service.headers("75"))).status_code == 404
    assert (await accept(service, decision_id)).json()["state"] == "accepted"
    assert await told(service) == []


async def test_what_was_sent_before_does_not_undo_a_transfer(service: Service) -> None:
    task_id = await an_assigned_task(service)
    decision_id = await asked(service, task_id, "transfer", organisation="G01")
    await decide(service, decision_id)
    await accept(service, decision_id)
    again = await service.post("P57", "/tasks", proposal())
    assert (again.status_code, again.json()["code"]) == (409, "field-needs-decision")
