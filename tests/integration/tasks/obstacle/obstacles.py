"""What the stories of obstacles share."""

from typing import Any
from uuid import UUID

from httpx2 import Response
from tests.integration.tasks.conftest import Service
from tests.integration.tasks.urge.urges import civil

from sixclear.tasks.obstacle.service.follow import pass_time

WORDS = "Chưa có định mức kinh phí thuê dịch vụ"


async def opened(service: Service, code: str, *task_ids: UUID, **changes: Any) -> dict[str, Any]:
    """An obstacle that a body reports."""
    entry: dict[str, Any] = {"description": WORDS, "task_ids": [str(one) for one in task_ids]}
    response = await service.post(code, "/obstacles", entry | changes)
    assert response.status_code == 201, response.text
    return dict(response.json())


async def step(service: Service, code: str, obstacle: dict[str, Any], verb: str, **entry: Any) -> Response:
    """What a body does about an obstacle."""
    return await service.post(code, f"/obstacles/{obstacle['obstacle_id']}/{verb}", entry)


async def taken(service: Service, code: str, obstacle: dict[str, Any], verb: str, **entry: Any) -> dict[str, Any]:
    """As `step`, of one that is taken: the obstacle after it."""
    response = await step(service, code, obstacle, verb, **entry)
    assert response.status_code == 200, response.text
    return dict(response.json())


async def public(service: Service, **params: Any) -> list[dict[str, Any]]:
    """The list that everyone reads."""
    return list((await service.get("/obstacles", **params))["items"])


async def own(service: Service, code: str, **params: str) -> list[dict[str, Any]]:
    """The list that a body reads."""
    headers = service.headers(code)
    found = await service.http.get(f"{service.prefix}/own/obstacles", params=params, headers=headers)
    assert found.status_code == 200, found.text
    return list(found.json()["items"])


async def told(service: Service) -> list[tuple[str, int, bool]]:
    """The change, the version and whether it went out, of each event of an obstacle."""
    return [
        (event.change, event.version, event.published)
        for event in await service.events()
        if event.entity_type == "obstacle"
    ]


async def at(service: Service, *parts: int) -> int:
    """Let it be this civil time, and time do its work; how many obstacles climbed."""
    service.clock.now = civil(*parts)
    return await pass_time(service.database, service.log, service.clock)


def stands(obstacle: dict[str, Any]) -> tuple[str, str, str, int]:
    """Where an obstacle is: open or settled, at which level, with whom, and how often it climbed."""
    return obstacle["state"], obstacle["level"], obstacle["decision_from"]["code"], obstacle["escalations"]
