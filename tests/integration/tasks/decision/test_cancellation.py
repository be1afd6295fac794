"""A task ends by decision without a result; requests are listed, and follow the classification of their task."""

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal
from tests.integration.tasks.decision.conftest import ask, asked, decide, told

pytestmark = pytest.mark.asyncio


async def test_a_cancelled_task_takes_no_step_and_is_counted_no_more(service: Service) -> None:
    task_id = await an_assigned_task(service)
    assert (await service.post("G06", f"/tasks/{task_id}/progress", {"percent": 40, "text": "Đang làm"})).is_success
    cancelled = (await decide(service, await asked(service, task_id, "cancellation"))).json()
    assert set(cancelled["decided"].values()) == {None}
    task = await service.get(f"/tasks/{task_id}")
    assert (task["status"], task["bucket"], task["percent"]) == ("cancelled", None, 40)
    assert task["cancelled_at"] == task["occurred_at"]
    for code, step, body in (
        ("G06", "progress", {"text": "Vẫn làm"}),
        ("G06", "evidence", {"title": "Biên bản", "url": "https://example.invalid/bb.pdf"}),
        ("G06", "submit", {}),
        ("P57", "extend", {"deadline": "2026-02-01", "reason": "Tiếp tục"}),
    ):
        assert (await service.post(code, f"/tasks/{task_id}/{step}", body)).status_code == 409, step
    assert (await ask(service, task_id, "cancellation")).status_code == 409
    assert (await service.get("/tasks"))["items"] == []
    (listed,) = (await service.get("/tasks", status="cancelled", sort="last_report"))["items"]
    assert listed["task_id"] == str(task_id)
    assert (await told(service))[-1] == ("task", "cancelled", 4)


async def test_a_proposal_is_not_cancelled_by_decision(service: Service) -> None:
    task_id = (await service.post("P57", "/tasks", proposal(assign=False))).json()["task_id"]
    assert (await ask(service, task_id, "cancellation")).json()["code"] == "transition-not-allowed"


async def test_requests_are_listed_and_narrowed(service: Service) -> None:
    first, second = await an_assigned_task(service), await an_assigned_task(service, external_id="NV-2")
    one = await asked(service, first, "cancellation")
    service.clock.pass_by(hours=1)
    two = await asked(service, second, "extension", deadline="2026-02-01")
    await decide(service, one, "refused", reason="Chưa đủ căn cứ")

    async def listed(**query: str | int) -> list[str]:
        return [item["decision_id"] for item in (await service.get("/decisions", **query))["items"]]

    assert await listed() == [one, two]
    assert await listed(state="asked") == [two]
    assert await listed(kind="cancellation") == [one]
    assert await listed(organisation="G06") == [one, two]
    assert await listed(organisation="G01") == []
    assert await listed(asked_before="2025-12-04T03:30:00Z") == [one]
    assert await listed(task=str(second)) == [two]
    page = await service.get("/decisions", limit=1)
    assert [item["decision_id"] for item in page["items"]] == [one]
    assert await listed(limit=1, cursor=page["next"]) == [two]
    unknown = await service.http.get(f"{service.prefix}/decisions", params={"organisation": "XX"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "reference-unknown")


async def test_decisions_on_a_restricted_task_are_for_the_bodies_concerned(service: Service) -> None:
    task_id = await an_assigned_task(service)
    decision_id = await asked(service, task_id, "cancellation")
    headers = service.headers("P57") | {"content-type": "application/merge-patch+json"}
    address = f"{service.prefix}/tasks/{task_id}"
    await service.http.patch(address, json={"classification": "restricted"}, headers=headers)
    assert (await told(service))[-2:] == [("decision", "withdrawn", 2), ("task", "withdrawn", 3)]
    assert (await service.http.get(f"{service.prefix}/decisions/{decision_id}")).status_code == 404
    assert (await service.get("/decisions"))["items"] == []
    for code, seen in (("G06", 1), ("P57", 1), ("G01", 0)):
        own = await service.http.get(f"{service.prefix}/own/decisions", headers=service.headers(code))
        assert len(own.json()["items"]) == seen, code
    assert (await decide(service, decision_id, code="G01")).status_code == 404
    assert (await decide(service, decision_id)).json()["state"] == "granted"
    assert len(await told(service)) == 5, "no event tells of it"
    await service.http.patch(address, json={"classification": "public"}, headers=headers)
    assert (await told(service))[-1][0] == "task", "what was said while it was restricted stays with its bodies"
    assert (await service.http.get(f"{service.prefix}/decisions/{decision_id}")).status_code == 404
    assert (await service.get("/decisions", task=str(task_id)))["items"] == []
    own = await service.http.get(f"{service.prefix}/own/decisions", headers=service.headers("G06"))
    assert own.json()["items"][0]["state"] == "granted"


async def test_what_was_asked_in_public_is_told_again_with_its_task(service: Service) -> None:
    task_id = await an_assigned_task(service)
    decision_id = await asked(service, task_id, "cancellation")
    headers = service.headers("P57") | {"content-type": "application/merge-patch+json"}
    for classification in ("restricted", "public"):
        body = {"classification": classification}
        await service.http.patch(f"{service.prefix}/tasks/{task_id}", json=body, headers=headers)
    assert (await told(service))[-1][:2] == ("decision", "restated")
    assert (await service.get("/decisions"))["items"][0]["decision_id"] == decision_id
