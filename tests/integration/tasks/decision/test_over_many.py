"""One decision over many tasks: asked once, decided once, taken to the tasks in chunks."""

import asyncio
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy.ext.asyncio import AsyncSession
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal
from tests.integration.tasks.decision.conftest import ask, asked, decide, told

from sixclear.common.errors import Unavailable
from sixclear.tasks.decision.service import apply
from sixclear.tasks.decision.service.apply import apply_decisions

pytestmark = pytest.mark.asyncio
LATER = "2026-01-30"
UNKNOWN = "0198c0de-0000-7000-8000-000000000000"


async def tasks_of(service: Service, count: int, **changes: Any) -> list[str]:
    """So many tasks that G06 leads."""
    return [str(await an_assigned_task(service, external_id=f"M-{number}", **changes)) for number in range(count)]


async def over_many(service: Service, task_ids: list[str], code: str = "G06", **entry: Any) -> Response:
    """Ask for one extension of many tasks."""
    body = {"kind": "extension", "reason": "Thiếu kinh phí", "deadline": LATER, "task_ids": task_ids} | entry
    return await service.post(code, "/decisions", body)


async def reach(service: Service, **chunk: int) -> int:
    """Take what waits to the tasks."""
    return await apply_decisions(service.database, service.log, service.clock, **chunk)


def outcomes(whole: dict[str, Any]) -> dict[str, str]:
    """What became of it at each task, by its identifier."""
    return {one["task_id"]: one["problem"]["code"] if one["problem"] else one["outcome"] for one in whole["tasks"]}


async def test_many_tasks_are_asked_and_decided_once_with_one_instant(service: Service) -> None:
    task_ids = await tasks_of(service, 5)
    response = await over_many(service, task_ids)
    assert response.status_code == 202, response.text
    whole_id = response.json()["decision_id"]
    assert (response.json()["state"], response.json()["waiting"]) == ("asked", 5)
    assert await reach(service, at_a_time=2) == 5
    listed = (await service.get("/decisions", state="asked"))["items"]
    assert [one["part_of"] for one in listed] == [whole_id] * 5
    service.clock.pass_by(hours=2)
    assert (await decide(service, whole_id, code="G06")).json()["code"] == "decision-by-asker"
    granted = await decide(service, whole_id)
    assert (granted.json()["state"], granted.json()["waiting"]) == ("granted", 5), granted.text
    assert (await decide(service, whole_id)).json() == granted.json(), "said again it changes nothing"
    service.clock.pass_by(hours=1)
    assert await reach(service, at_a_time=2) == 5
    assert await reach(service) == 0, "each task once"
    whole = await service.get(f"/decisions/{whole_id}")
    assert (whole["waiting"], whole["done"], whole["rejected"], whole["version"]) == (0, 5, 0, 2)
    extended = [event for event in await service.events() if event.change == "extended"]
    assert {event.occurred_at.isoformat()[:19] for event in extended} == {whole["decided_at"][:19]}
    assert len(extended) == 5
    for task_id in task_ids:
        assert (await service.get(f"/tasks/{task_id}"))["current_deadline"] == "2026-01-30T10:00:00Z"


async def test_a_task_that_cannot_take_it_is_named_and_stops_no_other(service: Service) -> None:
    good, gone, asked_before = await tasks_of(service, 3)
    over = await asked(service, gone, "cancellation")
    assert (await decide(service, over)).is_success
    assert (await ask(service, asked_before, "extension", deadline="2026-02-27")).status_code == 201
    whole_id = (await over_many(service, [good, gone, asked_before, UNKNOWN])).json()["decision_id"]
    await reach(service, at_a_time=1)
    assert (await decide(service, whole_id)).is_success
    await reach(service)
    whole = await service.get(f"/decisions/{whole_id}")
    assert outcomes(whole) == {
        good: "done",
        gone: "transition-not-allowed",
        asked_before: "decision-open",
        UNKNOWN: "task-not-found",
    }
    assert (await service.get(f"/tasks/{asked_before}"))["current_deadline"].startswith("2025-12-15")


async def test_a_process_that_is_stopped_goes_on_where_it_was(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_ids = await tasks_of(service, 4)
    whole_id = (await over_many(service, task_ids)).json()["decision_id"]
    await reach(service)
    assert (await decide(service, whole_id)).is_success
    ordinary, done = apply._answer, 0

    async def stopped(session: AsyncSession, *args: Any) -> None:
        nonlocal done
        if done == 3:
            raise asyncio.CancelledError
        done += 1
        await ordinary(session, *args)

    monkeypatch.setattr(apply, "_answer", stopped)
    with pytest.raises(asyncio.CancelledError):
        await reach(service, at_a_time=2)
    halfway = await service.get(f"/decisions/{whole_id}")
    assert (halfway["done"], halfway["waiting"]) == (2, 2)
    monkeypatch.undo()
    assert await reach(service, at_a_time=2) == 2
    granted = [one for one in await told(service) if one[:2] == ("decision", "granted")]
    extended = [one for one in await told(service) if one[:2] == ("task", "extended")]
    assert (len(granted), len(extended)) == (4, 4), "each once"


async def test_a_part_at_which_the_service_fails_holds_no_other_back(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_ids = sorted(await tasks_of(service, 4))
    whole_id = (await over_many(service, task_ids)).json()["decision_id"]
    await reach(service)
    assert (await decide(service, whole_id)).is_success
    faulty = {one["task_id"]: one["decision_id"] for one in (await service.get(f"/decisions/{whole_id}"))["tasks"]}
    fails_at, tried = str(faulty[task_ids[1]]), 0
    ordinary = apply._answer

    async def failing(session: AsyncSession, *args: Any) -> None:
        nonlocal tried
        await ordinary(session, *args)
        if str(args[-1]) == fails_at:
            tried += 1
            # The connection is gone with all that the chunk did.
            await (await session.connection()).exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(apply, "_answer", failing)
    assert await reach(service, at_a_time=3) == 3, "those before it and those behind it"
    assert (await reach(service), tried) == (0, 1), "it is not tried again before its time"
    whole = await service.get(f"/decisions/{whole_id}")
    assert (whole["done"], whole["waiting"]) == (3, 1)
    for _ in range(5):
        service.clock.pass_by(hours=1)
        await reach(service)
    assert tried == 4
    whole = await service.get(f"/decisions/{whole_id}")
    (aside,) = (one["problem"] for one in whole["tasks"] if one["problem"])
    assert (whole["waiting"], whole["rejected"]) == (0, 1)
    assert aside == {
        "code": "internal-error",
        "detail": "The service failed at this task 4 times.",
        "pointer": None,
    }
    monkeypatch.undo()
    assert (await decide(service, fails_at)).json()["state"] == "granted", "it may still be decided alone"
    extended = [one for one in await told(service) if one[:2] == ("task", "extended")]
    assert len(extended) == 4, "each once"


async def test_a_fault_that_passes_leaves_nothing_behind(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    (task_id,) = await tasks_of(service, 1)
    whole_id = (await over_many(service, [task_id])).json()["decision_id"]

    async def away(*_: Any) -> None:
        raise Unavailable

    monkeypatch.setattr(apply, "_ask", away)
    await reach(service)
    monkeypatch.undo()
    assert outcomes(await service.get(f"/decisions/{whole_id}")) == {task_id: "waiting"}
    service.clock.pass_by(seconds=10)
    assert await reach(service) == 1
    assert outcomes(await service.get(f"/decisions/{whole_id}")) == {task_id: "done"}


async def test_a_task_that_moved_before_it_was_reached_takes_it_after_that(service: Service) -> None:
    (task_id,) = await tasks_of(service, 1)
    whole_id = (await over_many(service, [task_id])).json()["decision_id"]
    assert (await decide(service, whole_id)).is_success
    service.clock.pass_by(hours=1)
    assert (await service.post("G06", f"/tasks/{task_id}/progress", {"text": "Đang làm"})).is_success
    await reach(service)
    assert outcomes(await service.get(f"/decisions/{whole_id}")) == {task_id: "done"}


async def test_who_may_ask_decide_and_take_back(service: Service) -> None:
    task_ids = await tasks_of(service, 2)
    assert (await over_many(service, task_ids, "G01")).json()["code"] == "organisation-not-allowed"
    assert (await over_many(service, [UNKNOWN])).json()["code"] == "task-not-found"
    assert (await over_many(service, [])).status_code == 422
    assert (await over_many(service, task_ids, deadline=None)).json()["code"] == "decision-value"
    whole_id = (await over_many(service, task_ids)).json()["decision_id"]
    assert (await decide(service, whole_id, code="G01")).json()["code"] == "organisation-not-allowed"
    assert (await decide(service, whole_id, "refused")).json()["code"] == "decision-reason-missing"
    withdrawal = f"/decisions/{whole_id}/withdraw"
    assert (await service.post("P57", withdrawal, {})).json()["code"] == "organisation-not-allowed"
    await reach(service)
    assert (await service.post("G06", withdrawal, {})).json()["state"] == "withdrawn"
    await reach(service)
    items = (await service.get("/decisions"))["items"]
    assert {one["state"] for one in items} == {"withdrawn"}
    assert (await decide(service, whole_id)).json()["code"] == "transition-not-allowed"


async def test_who_decides_is_told_to_wait_until_it_is_known_which_tasks_take_it(service: Service) -> None:
    own = await tasks_of(service, 1)
    programme = {"slug": "other", "name_vi": "Khác", "name_en": "Other", "resolution": "57-NQ/TW", "owner": "G01"}
    assert (await service.post("G01", "/programmes", programme)).status_code == 201
    lead = {"lead_organisation": "75", "responsible_position": {"title": "Chánh Văn phòng", "organisation": "75"}}
    of_others = {"programme": "other", "assigning_organisation": "G01", "external_id": "K-1"} | lead
    foreign = await service.post("G01", "/tasks", proposal(**of_others))
    assert foreign.status_code == 201, foreign.text
    whole_id = (await over_many(service, [*own, foreign.json()["task_id"]])).json()["decision_id"]
    early = await decide(service, whole_id)
    assert (early.status_code, early.json()["code"]) == (409, "decision-in-preparation"), early.text
    assert int(early.headers["retry-after"]) > 0
    assert (await decide(service, whole_id, code="75")).json()["code"] == "organisation-not-allowed", "of none of them"
    await reach(service)
    granted = await decide(service, whole_id)
    assert (granted.status_code, granted.json()["state"]) == (200, "granted"), granted.text
    await reach(service)
    told_of = outcomes(await service.get(f"/decisions/{whole_id}"))
    assert told_of == {own[0]: "done", foreign.json()["task_id"]: "organisation-not-allowed"}


async def test_one_over_a_restricted_task_is_seen_by_the_bodies_concerned(service: Service) -> None:
    task_ids = await tasks_of(service, 1)
    task_ids.append(str(await an_assigned_task(service, external_id="R-1", classification="restricted")))
    whole_id = (await over_many(service, task_ids)).json()["decision_id"]
    await reach(service)
    assert (await service.http.get(f"{service.prefix}/decisions/{whole_id}")).status_code == 404
    own = f"{service.prefix}/own/decisions/{whole_id}"
    assert (await service.http.get(own, headers=service.headers("G01"))).status_code == 404
    assert (await service.http.get(own, headers=service.headers("P57"))).json()["done"] == 2
    assert (await decide(service, whole_id, "refused", reason="Vẫn đủ kinh phí")).is_success
    await reach(service)
    whole = (await service.http.get(own, headers=service.headers("G06"))).json()
    assert (whole["state"], whole["done"], whole["decision_reason"]) == ("refused", 2, "Vẫn đủ kinh phí")
    patch = service.headers("P57") | {"content-type": "application/merge-patch+json"}
    address, public = f"{service.prefix}/tasks/{task_ids[1]}", {"classification": "public"}
    assert (await service.http.patch(address, json=public, headers=patch)).is_success
    assert (await service.http.get(f"{service.prefix}/decisions/{whole_id}")).status_code == 404, "also afterwards"


async def test_one_over_a_restricted_task_is_not_public_before_it_has_reached_it(service: Service) -> None:
    task_id = str(await an_assigned_task(service, external_id="R-1", classification="restricted"))
    for deadline in ("2026-07-15", "2026-08-15"):
        whole_id = (await over_many(service, [task_id], deadline=deadline)).json()["decision_id"]
        for _ in range(2):
            assert (await service.http.get(f"{service.prefix}/decisions/{whole_id}")).status_code == 404, deadline
            await reach(service)


async def test_what_was_asked_on_a_restricted_task_stays_hidden_when_it_is_public_before_it_is_reached(
    service: Service,
) -> None:
    task_id = str(await an_assigned_task(service, external_id="R-1", classification="restricted"))
    whole_id = (await over_many(service, [task_id])).json()["decision_id"]
    patch = service.headers("P57") | {"content-type": "application/merge-patch+json"}
    address, public = f"{service.prefix}/tasks/{task_id}", {"classification": "public"}
    assert (await service.http.patch(address, json=public, headers=patch)).is_success
    for _ in range(2):
        assert (await service.http.get(f"{service.prefix}/decisions/{whole_id}")).status_code == 404
        assert (await service.get("/decisions"))["items"] == []
        await reach(service)
    own = f"{service.prefix}/own/decisions/{whole_id}"
    assert outcomes((await service.http.get(own, headers=service.headers("G06"))).json()) == {task_id: "done"}
    assert [one for one in await told(service) if one[0] == "decision"] == []


async def test_a_restricted_task_of_others_hides_no_decision_over_many(service: Service) -> None:
    task_ids = await tasks_of(service, 1)
    secret = {"lead_organisation": "G01", "responsible_position": {"title": "Cục trưởng", "organisation": "G01"}}
    other = await an_assigned_task(service, external_id="R-1", classification="restricted", **secret)
    whole_id = (await over_many(service, [*task_ids, str(other)])).json()["decision_id"]
    for _ in range(2):
        told = await service.get(f"/decisions/{whole_id}")
        assert {one["task_id"] for one in told["tasks"]} == {*task_ids, str(other)}, "as one that is not there"
        await reach(service)
