"""A lead body accepts what it was given, or objects within five working days; its silence is its acceptance."""

from datetime import UTC, datetime
from typing import Any

import pytest
from httpx2 import Response
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal
from tests.integration.tasks.decision.conftest import ask, asked, decide, told

from sixclear.tasks.decision.service.apply import apply_decisions

pytestmark = pytest.mark.asyncio

# Assigned on Thursday, 4 December 2025: the fifth working day after it ends so.
UNTIL = "2025-12-11T10:00:00Z"
GIVEN = "2025-12-04T03:00:00Z"


async def accept(service: Service, task_id: object, code: str = "G06", **body: Any) -> Response:
    """Accept the assignment."""
    return await service.post(code, f"/tasks/{task_id}/accept", body)


async def standing(service: Service, task_id: object) -> tuple[str, str, str | None]:
    """The state of the assignment, since when, and until when it is answered."""
    found = (await service.get(f"/tasks/{task_id}"))["assignment"]
    return found["state"], found["since"], found["accept_by"]


async def objects(service: Service, task_id: object, kind: str = "cancellation", **value: Any) -> str:
    """Object; the identifier of the decision that is asked for."""
    return await asked(service, str(task_id), kind, objection=True, **value)


async def tag(service: Service, task_id: object) -> str:
    """The ETag of the task as everyone reads it."""
    return (await service.http.get(f"{service.prefix}/tasks/{task_id}")).headers["etag"]


async def test_silence_is_acceptance_at_the_end_of_the_time(service: Service) -> None:
    task_id = await an_assigned_task(service)
    assert await standing(service, task_id) == ("waiting", GIVEN, UNTIL)
    before = await tag(service, task_id)
    service.clock.now = datetime(2025, 12, 11, 10, 0, tzinfo=UTC)
    assert (await standing(service, task_id))[0] == "waiting", "at the boundary it may still be answered"
    service.clock.pass_by(seconds=1)
    assert await standing(service, task_id) == ("accepted", UNTIL, UNTIL), "the boundary, not when it was read"
    now = await tag(service, task_id)
    assert (now != before, now.endswith('accepted"')) == (True, True), "who asks whether anything is new hears of it"
    refused = await ask(service, task_id, "cancellation", objection=True)
    assert (refused.status_code, refused.json()["code"]) == (409, "transition-not-allowed")
    assert (await ask(service, task_id, "cancellation")).status_code == 201, "without an objection it may be asked for"


async def test_a_lead_body_accepts_and_the_version_stays(service: Service) -> None:
    task_id = await an_assigned_task(service, coordinating_organisations=["G01"])
    before, waiting = await told(service), await tag(service, task_id)
    for code in ("G01", "P57", "75"):
        assert (await accept(service, task_id, code)).json()["code"] == "organisation-not-allowed"
    service.clock.pass_by(hours=5)
    answer = await service.post("G06", f"/tasks/{task_id}/accept", {}, **{"if-match": waiting})
    assert answer.status_code == 200, answer.text
    assert await standing(service, task_id) == ("accepted", "2025-12-04T08:00:00Z", UNTIL)
    service.clock.pass_by(hours=1)
    assert (await accept(service, task_id)).json() == answer.json(), "said again it changes nothing"
    assert await told(service) == before
    reported = await service.post("G06", f"/tasks/{task_id}/progress", {"text": "Đang làm"}, **{"if-match": waiting})
    assert reported.is_success, "an answer takes no version"
    assert reported.json()["assignment"]["state"] == "accepted"
    assert (await ask(service, task_id, "cancellation", objection=True)).status_code == 409
    stale = await service.post("G06", f"/tasks/{task_id}/accept", {}, **{"if-match": waiting})
    assert stale.status_code == 412


async def test_an_objection_is_a_decision_to_take(service: Service) -> None:
    task_id = await an_assigned_task(service)
    other = await an_assigned_task(service, external_id="NV-2")
    await asked(service, other, "cancellation")
    decision_id = await objects(service, task_id, "transfer", organisation="G01")
    assert (await standing(service, task_id))[0] == "objected"
    listed = (await service.get("/decisions", state="asked", objection=True))["items"]
    assert [(one["decision_id"], one["objection"]) for one in listed] == [(decision_id, True)]
    own = await service.http.get(f"{service.prefix}/own/decisions?objection=true", headers=service.headers("P57"))
    assert [one["decision_id"] for one in own.json()["items"]] == [decision_id], "the assigning body has it in its list"
    assert (await accept(service, task_id)).status_code == 409, "it takes its objection back first"
    assert (await decide(service, decision_id, code="G06")).json()["code"] == "decision-by-asker"
    service.clock.now = datetime(2025, 12, 12, 3, 0, tzinfo=UTC)
    assert (await standing(service, task_id))[0] == "objected", "while it is not decided, silence is no acceptance"
    assert (await decide(service, decision_id)).json()["state"] == "granted"
    assert (await standing(service, task_id))[0] == "objected", "the former body is answerable until another accepts"
    position = {"responsible_position": {"title": "Cục trưởng", "organisation": "G01"}}
    assert (await service.post("G01", f"/decisions/{decision_id}/accept", position)).is_success
    assert (await standing(service, task_id))[::2] == ("accepted", None)
    (event,) = (one for one in await service.events() if one.entity_type == "decision" and one.change == "accepted")
    assert event.data["objection"] is True


async def test_an_objection_that_comes_to_nothing_leaves_the_task_with_its_body(service: Service) -> None:
    refused, taken_back, declined = [
        await an_assigned_task(service, external_id=f"NV-{number}", coordinating_organisations=["75"])
        for number in range(3)
    ]
    decisions = [
        await objects(service, refused),
        await objects(service, taken_back),
        await objects(service, declined, "transfer", organisation="G01"),
    ]
    service.clock.pass_by(hours=2)
    assert (await decide(service, decisions[0], "refused", reason="Đúng chức năng")).is_success
    assert (await service.post("G06", f"/decisions/{decisions[1]}/withdraw", {})).is_success
    assert (await decide(service, decisions[2])).is_success
    assert (await service.post("G01", f"/decisions/{decisions[2]}/decline", {"reason": "Không thể"})).is_success
    for task_id in (refused, taken_back, declined):
        assert await standing(service, task_id) == ("accepted", "2025-12-04T05:00:00Z", UNTIL)


async def test_a_cancelled_task_has_no_assignment(service: Service) -> None:
    task_id = await an_assigned_task(service)
    assert (await decide(service, await objects(service, task_id))).is_success
    task = await service.get(f"/tasks/{task_id}")
    assert (task["status"], task["assignment"]) == ("cancelled", None)
    assert (await accept(service, task_id)).status_code == 409


async def test_what_is_no_objection(service: Service) -> None:
    task_id = await an_assigned_task(service, coordinating_organisations=["G01"])
    wrong = await ask(service, task_id, "extension", deadline="2026-02-01", objection=True)
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "#/objection")
    for code in ("G01", "P57"):
        strange = await ask(service, task_id, "cancellation", code, objection=True)
        assert strange.json()["code"] == "organisation-not-allowed"
    proposed = (await service.post("P57", "/tasks", proposal(external_id="NV-2", assign=False))).json()
    assert proposed["assignment"] is None
    assert (await accept(service, proposed["task_id"])).status_code == 409


async def test_what_was_assigned_before_is_accepted(service: Service) -> None:
    task_id = await an_assigned_task(service)
    async with service.database.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE task SET accept_by = NULL")
    assert await standing(service, task_id) == ("accepted", GIVEN, None)
    assert (await accept(service, task_id)).is_success


async def test_one_objection_over_many_tasks(service: Service) -> None:
    first, second = [await an_assigned_task(service, external_id=f"NV-{number}") for number in range(2)]
    assert (await accept(service, second)).is_success
    body = {"kind": "cancellation", "reason": "Không đúng chức năng", "objection": True}
    sent = await service.post("G06", "/decisions", body | {"task_ids": [str(first), str(second)]})
    assert sent.status_code == 202, sent.text
    await apply_decisions(service.database, service.log, service.clock)
    assert [(await standing(service, one))[0] for one in (first, second)] == ["objected", "accepted"]
