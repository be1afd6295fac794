"""The open work of a body that ends is listed and moved in chunks; what is refused is named, and moved later."""

from typing import Any
from uuid import UUID

import pytest
from tests.integration.tasks.succession.conftest import COMMITTEE_57, COMMITTEE_204, Service, a_task, merge, reach
from tests.integration.tasks.succession.test_chain import COMMITTEE_06, path, set_up

from sixclear.tasks.decision.service import succeed
from sixclear.tasks.organisation.seed import organisation_id

pytestmark = pytest.mark.asyncio


async def read(service: Service, decision_id: str, code: str = "01", **query: Any) -> dict[str, Any]:
    """A decision over many tasks, as a body reads it."""
    address = f"{service.prefix}/own/decisions/{decision_id}"
    answer = await service.http.get(address, params=query, headers=service.headers(code))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def lead_of(service: Service, task_id: str) -> str:
    """The code of the body that leads a task."""
    return str((await service.get(f"/tasks/{task_id}"))["lead_organisation"]["code"])


async def test_a_large_body_is_listed_in_chunks_with_one_instant(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(succeed, "_AT_A_TIME", 2)
    task_ids = [await a_task(service, f"M-{number}") for number in range(5)]
    decision_id = (await merge(service)).json()["decision_id"]
    begun = await read(service, decision_id)
    assert (begun["listing"], begun["waiting"], len(begun["tasks"])) == (True, 2, 2), "a step of the request is bounded"
    service.clock.pass_by(hours=3)
    assert await reach(service) == 5
    whole = await read(service, decision_id)
    assert (whole["listing"], whole["waiting"], whole["done"]) == (False, 0, 5)
    moved = [event for event in await service.events() if event.change == "transferred"]
    assert {event.occurred_at.isoformat()[:19] for event in moved} == {whole["decided_at"][:19]}
    assert {str(event.entity_id) for event in moved} == set(task_ids)


async def test_work_that_is_not_listed_yet_goes_to_the_last_of_a_chain(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(succeed, "_AT_A_TIME", 2)
    await set_up(service, COMMITTEE_06, "01")
    task_ids = [await a_task(service, f"M-{number}") for number in range(5)]
    assert (await merge(service)).is_success
    service.clock.pass_by(hours=1)
    refused = await service.post("01", path(COMMITTEE_204, "close"), {"reason": "Giải thể"})
    assert refused.json()["code"] == "successor-missing", "work is on its way to it"
    ended = await service.post("01", path(COMMITTEE_204, "merge"), {"into": COMMITTEE_06, "reason": "Hợp nhất"})
    assert ended.is_success, ended.text
    await reach(service)
    assert {await lead_of(service, one) for one in task_ids} == {COMMITTEE_06}


async def test_its_tasks_are_read_in_pages(service: Service) -> None:
    task_ids = sorted([await a_task(service, f"M-{number}") for number in range(5)])
    decision_id = (await merge(service)).json()["decision_id"]
    await reach(service)
    found: list[str] = []
    cursor = None
    while True:
        page = await read(service, decision_id, limit=2, **({} if cursor is None else {"cursor": cursor}))
        assert (page["done"], len(page["tasks"]) <= 2) == (5, True)
        found += [one["task_id"] for one in page["tasks"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == task_ids
    assert (await read(service, decision_id, outcome="rejected"))["tasks"] == []
    other = await service.http.get(f"{service.prefix}/decisions/{decision_id}", params={"cursor": "made-up"})
    assert (other.status_code, other.json()["code"]) == (400, "invalid-cursor")


async def refused_part(service: Service) -> tuple[str, str]:
    """A task of committee 57 that its successor, Hanoi, cannot take: no other body could confirm it."""
    task_id = await a_task(service, "M-1")
    closed = await service.post("01", path(COMMITTEE_57, "close"), {"reason": "Giải thể", "successor": "01"})
    assert closed.is_success, closed.text
    await reach(service)
    decision_id = closed.json()["decision_id"]
    whole = await read(service, decision_id, outcome="rejected")
    assert [(one["task_id"], one["problem"]["code"]) for one in whole["tasks"]] == [
        (task_id, "confirmation-impossible")
    ]
    return task_id, decision_id


async def test_what_was_refused_goes_to_another_body_by_a_decision_of_now(service: Service) -> None:
    task_id, decision_id = await refused_part(service)
    service.clock.pass_by(hours=5)
    entry = {"task_ids": [task_id], "organisation": COMMITTEE_204}
    retried = await service.post("01", path(COMMITTEE_57, "retry"), entry)
    assert (retried.status_code, retried.json()["decision_id"]) == (200, decision_id), retried.text
    assert (await read(service, decision_id))["waiting"] == 1
    await reach(service)
    assert await lead_of(service, task_id) == COMMITTEE_204
    (moved,) = [event for event in await service.events() if event.change == "transferred"]
    assert moved.occurred_at == service.clock(), "not the instant of the closing"
    again = await service.post("01", path(COMMITTEE_57, "retry"), entry)
    assert again.json() == retried.json(), "nothing is left that was refused"
    assert (await read(service, decision_id))["done"] == 1


async def test_what_was_refused_is_tried_again(service: Service) -> None:
    task_id, decision_id = await refused_part(service)
    given = await service.post("01", path(COMMITTEE_57, "retry"), {})
    assert given.is_success, given.text
    assert (await read(service, decision_id))["waiting"] == 1
    await reach(service)
    assert (await read(service, decision_id))["rejected"] == 1, "as before"
    assert await lead_of(service, task_id) == COMMITTEE_57


async def test_who_may_not_and_what_cannot_be(service: Service) -> None:
    standing = await service.post("01", path(COMMITTEE_204, "retry"), {})
    assert (standing.status_code, standing.json()["code"]) == (409, "transition-not-allowed")
    await refused_part(service)
    for code, entry, problem in (
        ("75", {}, "organisation-not-allowed"),
        (COMMITTEE_57, {}, "organisation-not-allowed"),
        ("01", {"organisation": "75"}, "organisation-not-allowed"),
        ("01", {"organisation": str(organisation_id(COMMITTEE_57))}, "organisation-ended"),
        ("01", {"organisation": "no-such"}, "reference-unknown"),
    ):
        refused = await service.post(code, path(COMMITTEE_57, "retry"), entry)
        assert refused.json()["code"] == problem, (code, entry)


async def test_a_part_at_which_the_service_failed_is_moved_later(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = await a_task(service, "M-1")
    decision_id = (await merge(service)).json()["decision_id"]

    async def failing(*_: Any) -> UUID:
        raise RuntimeError

    ordinary = succeed.take_over
    monkeypatch.setattr(succeed, "take_over", failing)
    for _ in range(4):
        await reach(service)
        service.clock.pass_by(hours=1)
    (aside,) = (await read(service, decision_id, outcome="rejected"))["tasks"]
    assert aside["problem"]["code"] == "internal-error"
    monkeypatch.setattr(succeed, "take_over", ordinary)
    assert (await service.post("01", path(COMMITTEE_57, "retry"), {})).is_success
    await reach(service)
    assert await lead_of(service, task_id) == COMMITTEE_204


async def test_a_body_above_others_and_below_none_is_closed_with_a_successor(service: Service) -> None:
    refused = await service.post("G06", path("75", "close"), {"reason": "Giải thể"})
    assert (refused.status_code, refused.json()["code"]) == (422, "successor-missing")
    assert refused.json()["detail"] == "Organisations stand below it, and none stands above it."
    assert (await service.get("/organisations/75"))["ended"] is None
    closed = await service.post("G06", path("75", "close"), {"reason": "Giải thể", "successor": "01"})
    assert closed.is_success, closed.text
    alone = await service.post("G06", path("G01", "close"), {"reason": "Giải thể"})
    assert alone.is_success, alone.text
