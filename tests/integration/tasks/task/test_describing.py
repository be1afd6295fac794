"""Describing a known task anew: what may still change, and what may not."""

from typing import Any
from uuid import UUID

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal

EVIDENCE = {"title": "Biên bản nghiệm thu", "url": "https://example.invalid/bb.pdf"}


async def complete(service: Service, task_id: UUID) -> None:
    """The ministry hands in, the standing body confirms."""
    for code, path, body in (("G06", "submit", {"evidence": [EVIDENCE]}), ("P57", "confirm", {})):
        response = await service.post(code, f"/tasks/{task_id}/{path}", body)
        assert response.status_code == 200, response.text


@pytest.mark.asyncio
async def test_a_completed_task_can_still_be_withdrawn_from_the_public(service: Service) -> None:
    task_id = await an_assigned_task(service)
    await complete(service, task_id)
    hidden = await service.post("P57", "/tasks", proposal(classification="restricted"))
    assert (hidden.status_code, hidden.json()["status"]) == (200, "completed")
    last = (await service.events())[-1]
    assert (last.change, last.published, last.data) == (
        "withdrawn",
        True,
        {"change": "withdrawn", "task_id": str(task_id)},
    )
    assert (await service.http.get(f"/api/tasks/v1/tasks/{task_id}")).status_code == 404


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("code", "changes", "refusal"),
    [
        ("P57", {"title": "Một việc khác"}, (409, "transition-not-allowed")),
        ("P57", {"classification": "restricted", "title": "Một việc khác"}, (409, "transition-not-allowed")),
        ("G06", {"classification": "restricted"}, (403, "organisation-not-allowed")),
    ],
)
async def test_nothing_else_of_a_completed_task_changes(
    service: Service, code: str, changes: dict[str, Any], refusal: tuple[int, str]
) -> None:
    task_id = await an_assigned_task(service)
    await complete(service, task_id)
    before = await service.get(f"/tasks/{task_id}")
    refused = await service.post(code, "/tasks", proposal(task_id=str(task_id), **changes))
    assert (refused.status_code, refused.json()["code"]) == refusal
    assert await service.get(f"/tasks/{task_id}") == before


@pytest.mark.asyncio
async def test_a_machine_may_send_an_extended_and_completed_task_again(service: Service) -> None:
    task_id = await an_assigned_task(service)
    decision = {"deadline": "2025-12-20", "reason": "Thay đổi phạm vi"}
    assert (await service.post("P57", f"/tasks/{task_id}/extend", decision)).status_code == 200
    await complete(service, task_id)
    before = await service.get(f"/tasks/{task_id}")
    for deadline in ("2025-12-15", "2025-12-20"):
        again = await service.post("P57", "/tasks", proposal(deadline=deadline))
        assert (again.status_code, again.json()) == (200, before)
    moved = await service.post("P57", "/tasks", proposal(deadline="2026-01-31"))
    assert (moved.status_code, moved.json()["code"]) == (409, "deadline-needs-decision")


@pytest.mark.asyncio
async def test_a_task_stays_six_clear_when_it_is_described_anew(service: Service) -> None:
    task_id = await an_assigned_task(service)
    before = await service.get(f"/tasks/{task_id}")
    emptied = proposal(product=None, authority=None, responsible_position=None)
    refused = await service.post("P57", "/tasks", emptied)
    assert (refused.status_code, refused.json()["code"]) == (422, "six-clears-missing")
    assert [error["code"] for error in refused.json()["errors"]] == ["person", "product", "authority"]
    assert await service.get(f"/tasks/{task_id}") == before


@pytest.mark.asyncio
async def test_a_recurring_task_keeps_a_rule(service: Service) -> None:
    rule = {"kind": "recurring", "recurrence": "FREQ=DAILY", "deadline": None}
    await an_assigned_task(service, **rule)
    refused = await service.post("P57", "/tasks", proposal(**rule | {"recurrence": None}))
    assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [("#/recurrence", "time")]


@pytest.mark.asyncio
async def test_a_proposal_that_moves_to_another_programme_says_so_everywhere(service: Service) -> None:
    other = {"slug": "other", "name_vi": "Khác", "name_en": "Other", "resolution": "57-NQ/TW", "owner": "P57"}
    assert (await service.post("P57", "/programmes", other)).status_code == 201
    proposed = await service.post("P57", "/tasks", proposal(assign=False))
    moved = await service.post("P57", "/tasks", proposal(assign=False, programme="other"))
    assert (moved.status_code, moved.json()["programme"]) == (200, "other")
    assert (await service.get(f"/tasks/{proposed.json()['task_id']}"))["programme"] == "other"
    assert [one.data["programme"] for one in await service.events() if one.entity_type == "task"] == ["plan", "other"]
