"""What the stories of urges share."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tests.integration.tasks.conftest import Service

from sixclear.common.clock import CIVIL_ZONE
from sixclear.tasks.urge.service.ladder import pass_time

EVIDENCE = {"title": "Biên bản nghiệm thu", "url": "https://example.invalid/bb.pdf"}
URGING = {"kind": "urging", "text": "Đề nghị báo cáo nguyên nhân chậm", "position": "Chánh Văn phòng"}


def civil(*parts: int) -> datetime:
    """An instant by its civil time."""
    return datetime(*parts, tzinfo=CIVIL_ZONE).astimezone(UTC)  # type: ignore[arg-type, misc]


async def urged(service: Service, task_id: UUID, code: str = "P57", **changes: Any) -> dict[str, Any]:
    """What a body says to the one that does the task."""
    response = await service.post(code, f"/tasks/{task_id}/urges", URGING | changes)
    assert response.status_code == 201, response.text
    return dict(response.json())


async def own(service: Service, code: str, path: str = "", **params: str) -> list[dict[str, Any]]:
    """A list below `/own/urges`, as a body reads it."""
    headers = service.headers(code)
    found = await service.http.get(f"{service.prefix}/own/urges{path}", params=params, headers=headers)
    assert found.status_code == 200, found.text
    return list(found.json()["items"])


async def public(service: Service, **params: str) -> list[dict[str, Any]]:
    """The list that everyone reads."""
    return list((await service.get("/urges", **params))["items"])


async def told(service: Service) -> list[tuple[str, str | None, bool]]:
    """The change, the rung and whether it went out, of each event of an urge."""
    return [
        (event.change, event.data.get("rule"), event.published)
        for event in await service.events()
        if event.entity_type == "urge"
    ]


async def at(service: Service, *parts: int) -> list[tuple[str, str | None]]:
    """Let it be this civil time, and time do its work; the changes that it makes."""
    service.clock.now = civil(*parts)
    before = len(await told(service))
    await pass_time(service.database, service.log, service.clock)
    return [(change, rule) for change, rule, _ in (await told(service))[before:]]
