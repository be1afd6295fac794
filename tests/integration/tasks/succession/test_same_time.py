"""A body ends while requests name it: what they write is the successor's, or is refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from httpx2 import Response
from tests.integration.tasks.conftest import proposal
from tests.integration.tasks.decision.conftest import ask
from tests.integration.tasks.succession.conftest import COMMITTEE_57, COMMITTEE_204, Service, a_task, merge, reach
from tests.integration.tasks.succession.test_merger import completed

from sixclear.common.caller import Caller
from sixclear.common.entity import HasVersion
from sixclear.common.use_case import Context
from sixclear.tasks.decision.schemas import DecisionAnswer, DecisionOverManyEntry
from sixclear.tasks.decision.service import decide, many
from sixclear.tasks.organisation.seed import organisation_id
from sixclear.tasks.succession import service as succession
from sixclear.tasks.succession.schemas import Merger

pytestmark = pytest.mark.asyncio
FORMER = str(organisation_id(COMMITTEE_57))
SCOPES = frozenset(
    {"tasks:write", "tasks:assign", "tasks:report", "tasks:confirm", "tasks:administer", "tasks:organise"}
)


@asynccontextmanager
async def uncommitted(service: Service, code: str) -> AsyncIterator[Context]:
    """A transaction in which a body does something; it is committed at the end of the block."""
    async with service.database.transaction() as session:
        yield Context(session, service.log, Caller("x", organisation_id(code), scopes=SCOPES), service.clock())


async def while_it_merges(service: Service, path: str, body: Any, code: str = "01") -> Response:
    """Send a request while committee 57 is being merged, so that it goes on when the merger is committed."""
    async with uncommitted(service, "01") as ctx:
        merger = Merger(into=COMMITTEE_204, reason="Hợp nhất")
        await succession.merge(ctx, organisation_id(COMMITTEE_57), merger, _any_version)
        other = asyncio.create_task(service.post(code, path, body))
        await asyncio.wait({other}, timeout=1)
    return await other


def given_to(body: str, **changes: Any) -> dict[str, Any]:
    """A task of Hanoi that a body leads."""
    bodies = {"assigning_organisation": "01", "lead_organisation": body, "assigned_by": "province"}
    position = {"responsible_position": {"title": "Trưởng ban", "organisation": body}}
    return proposal(programme="hanoi-57", external_id="N-1", **bodies, **position) | changes


async def leads(service: Service) -> list[str]:
    """Which bodies lead tasks, after all was moved."""
    await reach(service)
    return [one["lead_organisation"]["code"] for one in (await service.get("/tasks"))["items"]]


@pytest.mark.parametrize("path", ["/tasks", "/tasks/bulk"])
async def test_a_code_that_is_named_means_the_successor(service: Service, path: str) -> None:
    body = given_to(COMMITTEE_57)
    answer = await while_it_merges(service, path, body if path == "/tasks" else [body])
    assert answer.status_code in (200, 201), answer.text
    assert await leads(service) == [COMMITTEE_204]


@pytest.mark.parametrize("field", ["lead_organisation", "coordinating_organisations"])
async def test_an_identifier_that_is_named_is_refused(service: Service, field: str) -> None:
    value: Any = FORMER if field == "lead_organisation" else [FORMER]
    answer = await while_it_merges(service, "/tasks", given_to(COMMITTEE_204, **{field: value}))
    assert (answer.status_code, answer.json().get("code")) == (422, "organisation-ended"), answer.text
    assert (await service.get("/tasks"))["items"] == []


async def test_a_transfer_to_it_is_refused(service: Service) -> None:
    task_id = await a_task(service, "M-1", lead_organisation=COMMITTEE_204)
    entry = {"kind": "transfer", "reason": "Đúng chức năng", "organisation": FORMER}
    answer = await while_it_merges(service, f"/tasks/{task_id}/decisions", entry, COMMITTEE_204)
    assert (answer.status_code, answer.json().get("code")) == (422, "organisation-ended"), answer.text


async def test_a_body_is_not_set_up_below_it(service: Service) -> None:
    below = {"code": "X", "name_vi": "Tổ", "type": "committee", "level": "department", "parent": FORMER, "reason": "x"}
    answer = await while_it_merges(service, "/organisations", below)
    assert (answer.status_code, answer.json().get("code")) == (422, "organisation-ended"), answer.text


async def test_a_task_that_is_being_reopened_moves(service: Service) -> None:
    done = await completed(service, "D-1")
    asked = await ask(service, done, "reopening", COMMITTEE_57)
    assert asked.status_code == 201, asked.text
    async with uncommitted(service, "01") as ctx:
        granted = DecisionAnswer(outcome="granted")
        await decide.decide(ctx, asked.json()["decision_id"], granted, _any_version)
        merging = asyncio.create_task(merge(service))
        await asyncio.wait({merging}, timeout=1)
    assert (await merging).is_success
    assert await leads(service) == [COMMITTEE_204]


async def test_what_it_is_asking_over_many_tasks_is_asked_by_the_successor(service: Service) -> None:
    task_id = await a_task(service, "M-1")
    entry = DecisionOverManyEntry.model_validate({"kind": "pause", "reason": "Chờ", "task_ids": [task_id]})
    async with uncommitted(service, COMMITTEE_57) as ctx:
        whole = await many.ask(ctx, entry)
        merging = asyncio.create_task(merge(service))
        await asyncio.wait({merging}, timeout=1)
    assert (await merging).is_success
    told = await service.get(f"/decisions/{whole.decision_id}")
    assert told["asked_by"]["code"] == COMMITTEE_204


def _any_version(_: HasVersion | None) -> None:
    """Whatever the version is."""
