"""A task is split into parts or merged into another one; what was late stays late against the original deadline."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal
from tests.integration.tasks.decision.conftest import ask, asked, decide, told

pytestmark = pytest.mark.asyncio


async def proposed(service: Service, key: str, **changes: Any) -> str:
    """A proposal of P57 for a part."""
    body = proposal(external_id=key, assign=False, deadline="2026-03-31") | changes
    created = await service.post("P57", "/tasks", body)
    assert created.status_code == 201, created.text
    return str(created.json()["task_id"])


async def test_parts_inherit_the_original_deadline_of_what_was_split(service: Service) -> None:
    task_id = await an_assigned_task(service)
    service.clock.now = datetime(2025, 12, 20, 3, 0, tzinfo=UTC)
    parts = [await proposed(service, "NV-2"), await proposed(service, "NV-3", lead_organisation="G01")]
    granted = await decide(service, await asked(service, task_id, "split", replaced_by=parts))
    assert granted.json()["state"] == "granted", granted.text
    assert granted.json()["decided"]["replaced_by"] == parts
    task = await service.get(f"/tasks/{task_id}")
    assert (task["status"], task["replaced_by"]) == ("cancelled", parts)
    for part in parts:
        shown = await service.get(f"/tasks/{part}")
        assert (shown["status"], shown["bucket"]) == ("assigned", "in_term")
        assert (shown["original_deadline"], shown["current_deadline"]) == (
            "2025-12-15T10:00:00Z",
            "2026-03-31T10:00:00Z",
        )
    assert [change for _, change, _ in await told(service)][-4:] == ["granted", "cancelled", "assigned", "assigned"]


async def test_a_merged_task_has_the_earliest_original_deadline(service: Service) -> None:
    first = await an_assigned_task(service)
    second = await an_assigned_task(service, external_id="NV-2", deadline="2025-12-12")
    whole = await proposed(service, "NV-3")
    for source, original in ((first, "2025-12-15T10:00:00Z"), (second, "2025-12-12T10:00:00Z")):
        await decide(service, await asked(service, source, "merger", replaced_by=[whole]))
        assert (await service.get(f"/tasks/{source}"))["replaced_by"] == [whole]
        shown = await service.get(f"/tasks/{whole}")
        assert (shown["status"], shown["original_deadline"]) == ("assigned", original)
    assert [one["task_id"] for one in (await service.get("/tasks"))["items"]] == [whole]


async def test_what_cannot_take_its_place_is_named(service: Service) -> None:
    task_id = await an_assigned_task(service)
    part, hidden = await proposed(service, "NV-2"), await proposed(service, "NV-3", classification="restricted")
    open_one = str(await an_assigned_task(service, external_id="NV-4"))
    for kind, named, place in (
        ("split", [part], "#/replaced_by"),
        ("split", [part, part], "#/replaced_by"),
        ("split", [part, hidden], "#/replaced_by/1"),
        ("split", [part, open_one], "#/replaced_by/1"),
        ("split", [part, str(task_id)], "#/replaced_by/1"),
        ("merger", [part, open_one], "#/replaced_by"),
        ("merger", [str(task_id)], "#/replaced_by/0"),
        ("cancellation", [part], "#/replaced_by"),
    ):
        refused = await ask(service, task_id, kind, replaced_by=named)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, place), refused.text
    assert (await service.get(f"/tasks/{task_id}"))["status"] == "assigned"


async def test_a_part_of_a_recurring_task_keeps_its_own_original_deadline(service: Service) -> None:
    monthly = {"kind": "recurring", "deadline": None, "recurrence": "FREQ=MONTHLY;BYMONTHDAY=22"}
    task_id = await an_assigned_task(service, **monthly)
    parts = [await proposed(service, "NV-2"), await proposed(service, "NV-3")]
    granted = await decide(service, await asked(service, task_id, "split", replaced_by=parts))
    assert granted.json()["state"] == "granted", granted.text
    shown = await service.get(f"/tasks/{parts[0]}")
    assert shown["original_deadline"] == shown["current_deadline"] == "2026-03-31T10:00:00Z"


async def test_who_grants_is_told_that_the_proposal_cannot_be_carried_out(service: Service) -> None:
    """The decider sent an outcome alone: a place in the proposal would be one that its request does not have."""
    task_id = await an_assigned_task(service)
    parts = [await proposed(service, "NV-2"), await proposed(service, "NV-3")]
    split = await asked(service, task_id, "split", replaced_by=parts)
    assert (await service.post("P57", f"/tasks/{parts[0]}/assign", {})).status_code == 200
    refused = await decide(service, split)
    assert (refused.status_code, refused.json()["code"]) == (422, "decision-value"), refused.text
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["detail"][:33]) == ("#/outcome", "What was asked cannot be granted:")

    unclear = await proposed(service, "NV-5", product=None)
    other = [parts[1], unclear]
    stated = await decide(service, split, "granted_otherwise", replaced_by=other, reason="Phần kia đã giao")
    assert (stated.json()["code"], stated.json()["errors"][0]["pointer"]) == ("six-clears-missing", "#/replaced_by/1")
