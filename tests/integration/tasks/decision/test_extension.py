"""A deadline moves by decision: asked by one body, granted or refused by another one, the original one stays."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal
from tests.integration.tasks.decision.conftest import ask, asked, decide, told

pytestmark = pytest.mark.asyncio
LATER = "2026-01-15"


async def test_an_extension_is_asked_and_granted(service: Service) -> None:
    task_id = await an_assigned_task(service)
    version = (await service.get(f"/tasks/{task_id}"))["version"]
    response = await ask(service, task_id, "extension", deadline=LATER, document="12/TTr-BKHCN")
    assert response.status_code == 201, response.text
    request = response.json()
    assert (request["state"], request["asked_late"], request["decided"]) == ("asked", False, None)
    assert request["former"]["deadline"] == "2025-12-15T10:00:00Z"
    assert request["proposed"]["deadline"] == "2026-01-15T10:00:00Z"
    assert request["decide_by"] == "2025-12-11T10:00:00Z", "five working days after Thursday 4 December"
    assert (await service.get(f"/tasks/{task_id}"))["version"] == version, "a request moves nothing of the task"

    granted = (await decide(service, request["decision_id"])).json()
    assert (granted["state"], granted["decided"]["deadline"]) == ("granted", "2026-01-15T10:00:00Z")
    assert (granted["asked_by"]["code"], granted["decided_by"]["code"]) == ("G06", "P57")
    task = await service.get(f"/tasks/{task_id}")
    assert (task["original_deadline"], task["current_deadline"]) == ("2025-12-15T10:00:00Z", "2026-01-15T10:00:00Z")
    assert (await told(service))[-3:] == [("decision", "asked", 1), ("decision", "granted", 2), ("task", "extended", 3)]
    path = f"{service.prefix}/decisions/{request['decision_id']}"
    assert (await service.http.get(path)).json() == granted


async def test_it_is_granted_otherwise_with_a_reason(service: Service) -> None:
    task_id = await an_assigned_task(service)
    decision_id = await asked(service, task_id, "extension", deadline=LATER)
    other = {"deadline": "2025-12-31"}
    without = await decide(service, decision_id, "granted_otherwise", **other)
    assert (without.status_code, without.json()["code"]) == (422, "decision-reason-missing")
    same = await decide(service, decision_id, "granted_otherwise", deadline=LATER, reason="Đồng ý")
    assert (same.status_code, same.json()["code"]) == (422, "decision-value")
    granted = await decide(service, decision_id, "granted_otherwise", **other, reason="Hết năm là đủ")
    assert granted.json()["state"] == "granted_otherwise", granted.text
    assert (await service.get(f"/tasks/{task_id}"))["current_deadline"] == "2025-12-31T10:00:00Z"
    again = await decide(service, decision_id, "granted_otherwise", **other, reason="Hết năm là đủ")
    assert again.json() == granted.json(), "said again it changes nothing"
    assert (await decide(service, decision_id, "refused", reason="Thôi")).status_code == 409


async def test_it_is_refused_with_a_reason_and_changes_nothing(service: Service) -> None:
    task_id = await an_assigned_task(service)
    decision_id = await asked(service, task_id, "extension", deadline=LATER)
    assert (await decide(service, decision_id, "refused")).json()["code"] == "decision-reason-missing"
    refused = await decide(service, decision_id, "refused", reason="Không khách quan")
    assert (refused.json()["state"], refused.json()["decision_reason"]) == ("refused", "Không khách quan")
    assert (await service.get(f"/tasks/{task_id}"))["current_deadline"] == "2025-12-15T10:00:00Z"
    assert await asked(service, task_id, "extension", deadline=LATER) != decision_id, "asked once more, later"


async def test_the_body_that_asks_never_decides(service: Service) -> None:
    task_id = await an_assigned_task(service, coordinating_organisations=["G01"])
    decision_id = await asked(service, task_id, "extension", deadline=LATER)
    own = await decide(service, decision_id, code="G06")
    assert (own.status_code, own.json()["code"]) == (403, "decision-by-asker")
    other = await decide(service, decision_id, code="G01")
    assert (other.status_code, other.json()["code"]) == (403, "organisation-not-allowed")
    stranger = await ask(service, task_id, "extension", "75", deadline=LATER)
    assert stranger.json()["code"] == "organisation-not-allowed"
    refused = await ask(service, await an_assigned_task(service, external_id="NV-2"), "cancellation", "P57")
    assert (refused.status_code, refused.json()["code"]) == (422, "decision-impossible")


async def test_a_body_above_the_assigning_one_decides_what_that_asked(service: Service) -> None:
    plan = {"slug": "dong-nai", "name_vi": "Đồng Nai", "name_en": "Dong Nai", "resolution": "57-NQ/TW"}
    assert (await service.post("75-KH", "/programmes", plan | {"owner": "75-KH"})).status_code == 201
    own: dict[str, Any] = {"programme": "dong-nai", "assigned_by": "province", "assigning_organisation": "75-KH"}
    position = {"title": "Giám đốc", "organisation": "75-KH"}
    body = own | {"lead_organisation": "75-KH", "responsible_position": position, "assign": False}
    created = await service.post(
        "75-KH",
        "/tasks",
        proposal(**body | {"kind": "recurring", "deadline": None} | {"recurrence": "FREQ=MONTHLY;BYMONTHDAY=22"}),
    )
    assert created.status_code == 201, created.text
    task_id = created.json()["task_id"]
    assert (await service.post("75-KH", f"/tasks/{task_id}/assign", {})).status_code == 200
    # A client that may decide would be granted it in the same act: it is the department's own work.
    request, clerk = {"kind": "cancellation", "reason": "Thiếu kinh phí"}, service.headers("75-KH", "tasks:report")
    waiting = await service.http.post(f"{service.prefix}/tasks/{task_id}/decisions", json=request, headers=clerk)
    decision_id = waiting.json()["decision_id"]
    assert (await decide(service, decision_id, code="G06")).status_code == 403
    assert (await decide(service, decision_id, code="75")).json()["state"] == "granted"


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"deadline": "2025-12-14"}, "#/deadline"),
        ({"deadline": "2025-12-15"}, "#/deadline"),
        ({"deadline": "2025-11-15"}, "#/deadline"),
        ({}, "#/deadline"),
        ({"deadline": LATER, "reason": ""}, "#/reason"),
        ({"deadline": LATER, "kind": "delay"}, "#/kind"),
        ({"deadline": LATER, "kind": "cancellation"}, "#/deadline"),
    ],
)
async def test_what_is_no_extension_is_refused_by_name(service: Service, value: dict[str, Any], place: str) -> None:
    task_id = await an_assigned_task(service)
    refused = await ask(service, task_id, **{"kind": "extension", **value})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, place), refused.text


async def test_an_extension_in_one_act_writes_a_decision_and_is_never_an_earlier_date(service: Service) -> None:
    task_id = await an_assigned_task(service)
    earlier = {"deadline": "2025-12-10", "reason": "Gấp"}
    refused = await service.post("P57", f"/tasks/{task_id}/extend", earlier)
    assert (refused.status_code, refused.json()["code"]) == (422, "decision-value")
    body = {"deadline": LATER, "reason": "Bổ sung phạm vi"}
    extended = await service.post("P57", f"/tasks/{task_id}/extend", body)
    assert extended.json()["current_deadline"] == "2026-01-15T10:00:00Z", extended.text
    (decision,) = (await service.get("/decisions", task=str(task_id)))["items"]
    assert (decision["kind"], decision["state"], decision["reason"]) == ("extension", "granted", "Bổ sung phạm vi")
    assert (decision["asked_by"]["code"], decision["decided_by"]["code"]) == ("P57", "P57")
    assert (decision["former"]["deadline"], decision["decided"]["deadline"]) == (
        "2025-12-15T10:00:00Z",
        "2026-01-15T10:00:00Z",
    )
    again = await service.post("P57", f"/tasks/{task_id}/extend", body)
    assert again.json()["version"] == extended.json()["version"]
    assert (await told(service))[-2:] == [("decision", "granted", 1), ("task", "extended", 3)]


async def test_what_is_asked_late_is_marked_by_the_deadline_and_the_programme(service: Service) -> None:
    task_id = await an_assigned_task(service)
    headers = service.headers("P57") | {"content-type": "application/merge-patch+json"}
    rules = {"extension_notice_days": 30, "decision_days": 1}
    changed = await service.http.patch(f"{service.prefix}/programmes/plan", json=rules, headers=headers)
    assert changed.status_code == 200, changed.text
    early = (await ask(service, task_id, "extension", deadline=LATER)).json()
    assert early["asked_late"], "eleven days before, where the programme says thirty"
    assert early["decide_by"] == "2025-12-05T10:00:00Z"
    assert (await service.post("G06", f"/decisions/{early['decision_id']}/withdraw", {})).json()["state"] == "withdrawn"
    await service.http.patch(f"{service.prefix}/programmes/plan", json={"extension_notice_days": 0}, headers=headers)
    service.clock.now = datetime(2025, 12, 15, 10, 0, tzinfo=UTC)
    at = (await ask(service, task_id, "extension", deadline=LATER)).json()
    assert not at["asked_late"], "at the deadline it is in time"
    await service.post("G06", f"/decisions/{at['decision_id']}/withdraw", {})
    service.clock.now += timedelta(seconds=1)
    assert (await ask(service, task_id, "extension", deadline=LATER)).json()["asked_late"]


async def test_what_is_not_decided_in_time_is_awaited(service: Service) -> None:
    task_id = await an_assigned_task(service)
    decision_id = await asked(service, task_id, "extension", deadline=LATER)
    path = f"{service.prefix}/decisions/{decision_id}"
    first = await service.http.get(path)
    service.clock.now = datetime(2025, 12, 11, 10, 0, 1, tzinfo=UTC)
    later = await service.http.get(path)
    assert (first.json()["awaited"], later.json()["awaited"]) == (False, True)
    assert first.headers["etag"] != later.headers["etag"]


async def test_one_request_of_a_kind_is_open_at_a_time(service: Service) -> None:
    task_id = await an_assigned_task(service)
    first = await ask(service, task_id, "extension", deadline=LATER)
    same = await ask(service, task_id, "extension", deadline=LATER)
    assert (same.status_code, same.json()) == (200, first.json())
    other = await ask(service, task_id, "extension", deadline="2026-02-01")
    assert (other.status_code, other.json()["code"]) == (409, "decision-open")
    assert (await ask(service, task_id, "cancellation")).status_code == 201, "another kind is another question"
    stale = await service.http.post(
        f"{service.prefix}/decisions/{first.json()['decision_id']}/decide",
        json={"outcome": "granted"},
        headers=service.headers("P57") | {"if-match": '"0.9"'},
    )
    assert stale.status_code == 412
