"""Evidence is a claim until a body that does not do the task accepts it."""

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, statements
from tests.integration.tasks.evidence.evidence import LINK, attach, classify, decide, forget_reviews, own_list, told

from sixclear.tasks.organisation.seed import organisation_id

pytestmark = pytest.mark.asyncio


async def test_evidence_waits_and_is_accepted_or_refused(service: Service) -> None:
    task_id = await an_assigned_task(service)
    first, second = await attach(service, task_id), await attach(service, task_id, title="Ảnh")
    before = await service.get(f"/tasks/{task_id}")
    assert [one["state"] for one in await own_list(service, task_id)] == ["waiting", "waiting"]

    accepted = await decide(service, first, "accept")
    assert accepted.status_code == 200, accepted.text
    assert (accepted.json()["state"], accepted.json()["decided_by"]["organisation_id"]) == (
        "accepted",
        str(organisation_id("P57")),
    )
    refused = await decide(service, second, "refuse", reason="Ảnh không đọc được")
    assert (refused.json()["state"], refused.json()["reason"]) == ("refused", "Ảnh không đọc được")

    listed = (await service.get(f"/tasks/{task_id}/evidence"))["items"]
    assert [one["state"] for one in listed] == ["refused", "accepted"]
    assert await service.get(f"/evidence/{second}") == listed[0]
    assert await service.get(f"/tasks/{task_id}") == before, "the task and its version stay as they are"
    assert before["evidence_count"] == 2
    assert await told(service) == [("added", 1, True), ("added", 1, True), ("accepted", 2, True), ("refused", 2, True)]


async def test_an_event_of_evidence_is_counted_without_its_task_and_tells_no_address(service: Service) -> None:
    task_id = await an_assigned_task(service)
    evidence_id = await attach(service, task_id)
    (event,) = [event for event in await service.events() if event.entity_type == "evidence"]
    task = await service.get(f"/tasks/{task_id}")
    assert event.data == {
        "change": "added",
        "evidence_id": evidence_id,
        "task_id": str(task_id),
        "programme": "plan",
        "assigned_by": "central",
        "organisation_id": task["lead_organisation"]["organisation_id"],
        "demonstration": False,
        "title": LINK["title"],
        "sha256": None,
        "state": "waiting",
        "attached_by_organisation_id": task["lead_organisation"]["organisation_id"],
        "attached_at": "2025-12-04T03:00:00Z",
        "decided_by_organisation_id": None,
        "decided_at": None,
        "redacted_at": None,
        "period": None,
        "document_id": None,
        "proves": [],
    }


async def test_who_does_the_task_decides_nothing(service: Service) -> None:
    task_id = await an_assigned_task(service)
    evidence_id = await attach(service, task_id)
    assert (await decide(service, evidence_id, "accept", "G06")).json()["code"] == "confirmation-by-doer"
    assert (await decide(service, evidence_id, "refuse", "G01", reason="x")).json()[
        "code"
    ] == "organisation-not-allowed"
    assert (await decide(service, evidence_id, "refuse")).status_code == 422, "a refusal says why"
    assert (await decide(service, str(task_id), "accept")).json()["code"] == "evidence-not-found"
    assert await told(service) == [("added", 1, True)]


async def test_a_decision_again_changes_nothing_and_another_one_is_refused(service: Service) -> None:
    evidence_id = await attach(service, await an_assigned_task(service))
    once = await decide(service, evidence_id, "accept")
    assert (await decide(service, evidence_id, "accept")).json() == once.json()
    assert (await decide(service, evidence_id, "refuse", reason="Nhầm")).json()["code"] == "transition-not-allowed"
    assert await told(service) == [("added", 1, True), ("accepted", 2, True)]


async def test_a_decision_on_another_version_is_refused(service: Service) -> None:
    evidence_id = await attach(service, await an_assigned_task(service))
    path = f"{service.prefix}/evidence/{evidence_id}"
    tag = (await service.http.get(path)).headers["etag"]
    headers = service.headers("P57")
    stale = await service.http.post(f"{path}/accept", json={}, headers=headers | {"if-match": '"1.7"'})
    assert stale.status_code == 412
    fresh = await service.http.post(f"{path}/accept", json={}, headers=headers | {"if-match": tag})
    assert (fresh.status_code, fresh.headers["etag"] != tag) == (200, True)


async def test_who_confirms_a_task_accepts_what_still_waits(service: Service) -> None:
    task_id = await an_assigned_task(service)
    refused = await attach(service, task_id)
    for number in range(3):
        await attach(service, task_id, title=f"Ảnh {number}")
    assert (await decide(service, refused, "refuse", reason="Không đọc được")).status_code == 200
    assert (await service.post("G06", f"/tasks/{task_id}/submit", {})).status_code == 200
    with statements(service) as sent:
        assert (await service.post("P57", f"/tasks/{task_id}/confirm", {})).status_code == 200
    assert len([one for one in sent if one.startswith("INSERT INTO event")]) == 2, "all that waited in one statement"
    listed = await own_list(service, task_id)
    assert [one["state"] for one in listed] == ["accepted"] * 3 + ["refused"]
    task = await service.get(f"/tasks/{task_id}")
    assert {one["decided_at"] for one in listed[:3]} == {task["completed_at"]}
    last = [(event.entity_type, event.change) for event in await service.events()][-4:]
    assert last == [("evidence", "accepted")] * 3 + [("task", "completed")]
    late = await decide(service, refused, "accept")
    assert late.json()["code"] == "transition-not-allowed", "what is over is not decided on any more"


async def test_a_confirmation_that_fails_accepts_nothing(service: Service) -> None:
    task_id = await an_assigned_task(service)
    await attach(service, task_id)
    assert (await service.post("P57", f"/tasks/{task_id}/confirm", {})).status_code == 409
    assert (await service.post("G06", f"/tasks/{task_id}/submit", {})).status_code == 200
    with service.commits_fail():
        assert (await service.post("P57", f"/tasks/{task_id}/confirm", {})).status_code >= 500
    assert await told(service) == [("added", 1, True)]
    assert [one["state"] for one in await own_list(service, task_id)] == ["waiting"]


async def test_evidence_of_a_restricted_task_is_for_the_bodies_concerned(service: Service) -> None:
    task_id = await an_assigned_task(service)
    open_one = await attach(service, task_id)
    await classify(service, task_id, "restricted")
    hidden = await attach(service, task_id, title="Kín")
    path = f"{service.prefix}/evidence/{open_one}"
    assert (await service.http.get(path)).status_code == 404
    own = path.replace("/evidence/", "/own/evidence/")
    assert (await service.http.get(own, headers=service.headers("G01"))).status_code == 404
    assert (await service.http.get(own, headers=service.headers("G06"))).status_code == 200
    assert await told(service) == [("added", 1, True), ("withdrawn", 2, True), ("added", 1, False)]

    await classify(service, task_id, "public")
    assert (await service.http.get(path)).status_code == 200
    assert (await service.http.get(f"{service.prefix}/evidence/{hidden}")).status_code == 404, "hidden for good"
    assert sorted((await told(service))[3:]) == [("restated", 2, False), ("restated", 3, True)]
    assert (await decide(service, hidden, "accept")).status_code == 200, "the bodies concerned go on with it"
    assert (await told(service))[5:] == [("accepted", 3, False)]


async def test_evidence_of_an_earlier_release_is_told_when_something_happens_to_it(service: Service) -> None:
    task_id = await an_assigned_task(service)
    first, _ = await attach(service, task_id), await attach(service, task_id, title="Ảnh")
    await forget_reviews(service)
    assert {(one["state"], one["version"]) for one in await own_list(service, task_id)} == {("waiting", 0)}
    assert (await service.get(f"/evidence/{first}"))["state"] == "waiting"
    service.clock.pass_by(hours=1)
    assert (await decide(service, first, "refuse", reason="Không đọc được")).status_code == 200
    assert await told(service) == [("added", 1, True), ("refused", 2, True)]
    assert (await service.post("G06", f"/tasks/{task_id}/submit", {})).status_code == 200
    assert (await service.post("P57", f"/tasks/{task_id}/confirm", {})).status_code == 200
    assert (await told(service))[2:] == [("added", 1, True), ("accepted", 2, True)]


async def test_what_was_confirmed_before_counts_as_accepted(service: Service) -> None:
    task_id = await an_assigned_task(service)
    evidence_id = await attach(service, task_id)
    await service.post("G06", f"/tasks/{task_id}/submit", {})
    assert (await service.post("P57", f"/tasks/{task_id}/confirm", {})).status_code == 200
    before = await service.get(f"/evidence/{evidence_id}")
    await forget_reviews(service)
    assert await service.get(f"/evidence/{evidence_id}") == before | {"version": 0}
