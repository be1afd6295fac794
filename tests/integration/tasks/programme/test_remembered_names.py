"""Answers name programmes, directives and bodies from memory: as of the last commit here, a second later elsewhere."""

from typing import Any
from uuid import UUID

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, statements

from sixclear.common.db import Database
from sixclear.common.events.log import NewEvent
from sixclear.common.events.recent_changes import RecentChanges
from sixclear.tasks.directive.models import Directive

DIRECTIVE = {"programme": "plan", "number": "02-KH/BCĐTW", "issued_on": "2025-06-19", "issuer": "P57", "title": "Một"}


async def a_task_with_a_directive(service: Service) -> tuple[UUID, UUID]:
    directive_id = UUID((await service.post("P57", "/directives", DIRECTIVE)).json()["directive_id"])
    return await an_assigned_task(service, directive_id=str(directive_id)), directive_id


async def title(service: Service, task_id: UUID) -> str:
    """That of the directive, as an answer on the task has it."""
    return str((await service.get(f"/tasks/{task_id}"))["directive"]["title"])


async def change(service: Service, client: str, path: str, patch: dict[str, Any]) -> None:
    headers = service.headers(client) | {"content-type": "application/merge-patch+json"}
    response = await service.http.patch(f"{service.prefix}{path}", json=patch, headers=headers)
    assert response.status_code == 200, response.text


@pytest.mark.asyncio
async def test_a_change_here_is_in_the_next_answer(service: Service) -> None:
    task_id, directive_id = await a_task_with_a_directive(service)
    path = f"/tasks/{task_id}/progress"
    first = (await service.post("G06", path, {"percent": 5, "text": "Bắt đầu"})).json()
    assert first["directive"]["title"] == "Một"
    await change(service, "P57", f"/directives/{directive_id}", {"title": "Hai"})
    with statements(service) as sent:
        second = (await service.post("G06", path, {"percent": 6, "text": "Tiếp tục"})).json()
    assert second["directive"]["title"] == "Hai"
    assert [one for one in sent if "FROM directive" in one], "it was forgotten, and is read again"
    with statements(service) as sent:
        third = (await service.post("G06", path, {"percent": 7, "text": "Tiếp tục"})).json()
    assert third["directive"] == second["directive"]
    assert len(sent) == 3, sent


def an_event_of(directive: Directive) -> NewEvent:
    return NewEvent(
        entity_type="directive",
        entity_id=directive.directive_id,
        version=directive.version,
        previous_version=directive.version - 1,
        change="updated",
        data={},
        occurred_at=directive.occurred_at,
    )


@pytest.mark.asyncio
async def test_a_change_of_another_process_is_seen_at_the_next_look(service: Service) -> None:
    task_id, directive_id = await a_task_with_a_directive(service)
    elsewhere = Database(service.database.url, application_name="elsewhere")
    try:
        follower = RecentChanges(service.database)
        await follower.look()
        assert await title(service, task_id) == "Một"
        await follower.look()
        async with elsewhere.transaction() as session:
            directive = await session.get_one(Directive, directive_id)
            directive.title, directive.version = "Hai", directive.version + 1
            await session.flush()
            await service.log.publish(session, an_event_of(directive), recorded_at=service.clock())
        assert await title(service, task_id) == "Một", "else nothing is remembered"
        await follower.look()
        assert await title(service, task_id) == "Hai"
    finally:
        await elsewhere.close()
