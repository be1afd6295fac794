"""A body decides alone on its own programme's work; on what another body gave, or the country counts, it does not."""

from typing import Any

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal
from tests.integration.tasks.decision.conftest import ask, asked, decide, told
from tests.integration.tasks.decision.test_over_many import outcomes, over_many, reach

pytestmark = pytest.mark.asyncio

PROVINCE = {"slug": "ke-hoach-75", "name_vi": "Kế hoạch", "name_en": "Plan", "resolution": "57-NQ/TW", "owner": "75"}
OF_A_WARD = {"lead_organisation": "25999", "responsible_position": {"title": "Chủ tịch", "organisation": "25999"}}
OF_ITSELF: dict[str, Any] = {
    "lead_organisation": "75",
    "responsible_position": {"title": "Chánh Văn phòng", "organisation": "75"},
    "kind": "recurring",
    "recurrence": "FREQ=WEEKLY;BYDAY=FR",
    "deadline": None,
}
BY_DOCUMENT = {"reason": "Điều chỉnh kế hoạch", "document": "12/QĐ-UBND"}


async def own_task(service: Service, key: str = "NV-75", **changes: Any) -> str:
    """A task of the province's own programme, which it assigned."""
    await service.post("75", "/programmes", PROVINCE)
    own = {"programme": "ke-hoach-75", "assigned_by": "province", "assigning_organisation": "75", "external_id": key}
    made = await service.post("75", "/tasks", proposal(**(own | OF_A_WARD | changes)))
    assert (made.status_code, made.json()["status"]) == (201, "assigned"), made.text
    return str(made.json()["task_id"])


async def status(service: Service, task_id: str) -> str:
    return str((await service.get(f"/tasks/{task_id}"))["status"])


async def test_a_province_pauses_resumes_and_cancels_its_own_work_on_its_own_word(service: Service) -> None:
    for key, changes in (("NV-1", OF_A_WARD), ("NV-2", OF_ITSELF)):
        task_id = await own_task(service, key, **changes)
        resumed = {} if "kind" in changes else {"deadline": "2026-03-31"}
        for kind, value, after in (
            ("pause", {}, "paused"),
            ("resume", resumed, "assigned"),
            ("cancellation", {}, "cancelled"),
        ):
            granted = await ask(service, task_id, kind, "75", **BY_DOCUMENT, **value)
            assert (granted.status_code, granted.json()["state"]) == (201, "granted"), granted.text
            assert await status(service, task_id) == after
            shown = granted.json()
            assert (shown["asked_by"]["code"], shown["decided_by"]["code"]) == ("75", "75")
            assert (shown["reason"], shown["document"]) == (BY_DOCUMENT["reason"], BY_DOCUMENT["document"])
    decisions = [(change, version) for kind, change, version in await told(service) if kind == "decision"]
    assert decisions == [("asked", 1), ("granted", 2)] * 6, "both steps are told"


async def test_a_province_splits_merges_and_regroups_its_own_work(service: Service) -> None:
    source, other = await own_task(service, "NV-1"), await own_task(service, "NV-2")
    parts = []
    for key in ("NV-3", "NV-4"):
        part = proposal(
            programme="ke-hoach-75",
            assigned_by="province",
            assigning_organisation="75",
            external_id=key,
            assign=False,
            **OF_A_WARD,
        )
        parts.append((await service.post("75", "/tasks", part)).json()["task_id"])
    assert (await ask(service, other, "regrouping", "75", work_group="nhom-1")).json()["state"] == "granted"
    split = await ask(service, source, "split", "75", replaced_by=parts)
    assert split.json()["state"] == "granted", split.text
    assert [await status(service, one) for one in (source, *parts)] == ["cancelled", "assigned", "assigned"]
    merged = await ask(service, other, "merger", "75", replaced_by=parts[:1])
    assert (merged.json()["state"], await status(service, other)) == ("granted", "cancelled")


async def test_a_transfer_still_waits_for_the_body_that_receives(service: Service) -> None:
    task_id = await own_task(service)
    granted = await ask(service, task_id, "transfer", "75", organisation="75-KH")
    assert granted.json()["state"] == "granted", granted.text
    assert (await service.get(f"/tasks/{task_id}"))["lead_organisation"]["code"] == "25999"
    position = {"responsible_position": {"title": "Giám đốc", "organisation": "75-KH"}}
    accepted = await service.post("75-KH", f"/decisions/{granted.json()['decision_id']}/accept", position)
    assert accepted.is_success, accepted.text
    assert (await service.get(f"/tasks/{task_id}"))["lead_organisation"]["code"] == "75-KH"


async def test_what_cannot_be_granted_is_not_asked_either(service: Service) -> None:
    task_id = await own_task(service)
    refused = await ask(service, task_id, "resume", "75", deadline="2026-03-31")
    assert refused.json()["code"] == "transition-not-allowed", refused.text
    assert (await service.get("/decisions", task=task_id))["items"] == []


async def test_a_client_that_only_reports_asks_and_one_that_assigns_decides(service: Service) -> None:
    task_id = await own_task(service)
    body = {"kind": "pause", "reason": "Chờ kinh phí"}
    clerk = service.headers("75", "tasks:report")
    waiting = await service.http.post(f"{service.prefix}/tasks/{task_id}/decisions", json=body, headers=clerk)
    assert (waiting.status_code, waiting.json()["state"]) == (201, "asked"), waiting.text
    assert await status(service, task_id) == "assigned"
    headers = service.headers("75")
    listed = await service.http.get(f"{service.prefix}/own/decisions?role=deciding", headers=headers)
    assert [one["decision_id"] for one in listed.json()["items"]] == [waiting.json()["decision_id"]]
    assert (await decide(service, waiting.json()["decision_id"], code="75")).json()["state"] == "granted"
    assert await status(service, task_id) == "paused"


async def test_what_a_ward_asks_is_decided_by_the_province_and_never_by_the_ward(service: Service) -> None:
    task_id = await own_task(service)
    decision_id = await asked(service, task_id, "pause", "25999")
    assert (await decide(service, decision_id, code="25999")).json()["code"] == "decision-by-asker"
    assert (await decide(service, decision_id, code="75")).json()["state"] == "granted"


async def test_on_work_that_the_country_counts_the_body_that_gave_it_does_not_decide_alone(service: Service) -> None:
    task_id = await an_assigned_task(service)
    refused = await ask(service, task_id, "cancellation", "P57")
    assert (refused.status_code, refused.json()["code"]) == (422, "decision-impossible")
    assert await status(service, str(task_id)) == "assigned"


async def test_one_decision_over_many_of_its_own_tasks_is_granted_as_it_is_asked(service: Service) -> None:
    task_ids = [await own_task(service, key) for key in ("NV-1", "NV-2", "NV-3")]
    whole = (await over_many(service, task_ids, "75", document="12/QĐ-UBND")).json()
    assert (whole["state"], whole["decided_by"]["code"], whole["waiting"]) == ("granted", "75", 3)
    await reach(service, at_a_time=2)
    assert set(outcomes(await service.get(f"/decisions/{whole['decision_id']}")).values()) == {"done"}
    assert {(await service.get(f"/tasks/{one}"))["current_deadline"][:10] for one in task_ids} == {"2026-01-30"}


async def test_one_over_its_own_and_other_work_waits_for_another_body(service: Service) -> None:
    own = await own_task(service)
    led = {"lead_organisation": "75", "responsible_position": {"title": "Chánh Văn phòng", "organisation": "75"}}
    given = str(await an_assigned_task(service, **led))
    whole = (await over_many(service, [own, given], "75")).json()
    assert whole["state"] == "asked"
    await reach(service)
    assert (await decide(service, whole["decision_id"], code="75")).json()["code"] == "decision-by-asker"


async def test_a_programme_that_was_national_is_not_its_owners_own_for_the_time_of_a_decision(service: Service) -> None:
    task_id = str(await an_assigned_task(service))
    national = {"slug": "plan", "name_vi": "Kế hoạch", "name_en": "Plan", "resolution": "57-NQ/TW", "owner": "P57"}
    assert (await service.post("P57", "/programmes", national | {"reach": "own"})).json()["reach"] == "own"
    refused = await ask(service, task_id, "cancellation", "P57")
    assert (refused.status_code, refused.json()["code"]) == (422, "decision-impossible"), refused.text
    assert await status(service, task_id) == "assigned"
    waiting = await asked(service, task_id, "pause", "G06")
    assert (await decide(service, waiting, code="P57")).json()["state"] == "granted", "what another body asks"


async def test_what_it_decided_alone_sent_again_is_the_same_decision(service: Service) -> None:
    task_id = await own_task(service)
    for kind, value in (
        ("extension", {"deadline": "2026-02-27"}),
        ("pause", {}),
        ("resume", {"deadline": "2026-03-31"}),
        ("pause", {}),
        ("cancellation", {}),
    ):
        first = await ask(service, task_id, kind, "75", **BY_DOCUMENT, **value)
        assert (first.status_code, first.json()["state"]) == (201, "granted"), first.text
        again = await ask(service, task_id, kind, "75", **BY_DOCUMENT, **value)
        assert (again.status_code, again.json()) == (200, first.json()), again.text
        service.clock.pass_by(minutes=1)
    assert [change for kind, change, _ in await told(service) if kind == "decision"] == ["asked", "granted"] * 5
    other = await ask(service, task_id, "cancellation", "75", reason="Một lý do khác")
    assert other.json()["code"] == "transition-not-allowed"


async def test_what_happened_since_makes_it_another_decision(service: Service) -> None:
    task_id = await own_task(service)
    assert (await ask(service, task_id, "regrouping", "75", work_group="nhom-1")).status_code == 201
    service.clock.pass_by(minutes=1)
    assert (await ask(service, task_id, "regrouping", "75", work_group="nhom-2")).status_code == 201
    service.clock.pass_by(minutes=1)
    assert (await ask(service, task_id, "regrouping", "75", work_group="nhom-1")).status_code == 201
