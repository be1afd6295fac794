"""What the stories of filings share."""

from typing import Any

import httpx2
from tests.integration.tasks.conftest import Service
from tests.integration.tasks.urge.urges import civil

from sixclear.tasks.filing.service.passing import pass_time

WEEKLY = {"name": "weekly", "every": "week", "due_days": 0.5, "lock_days": 7}


async def oblige(service: Service, *obligations: dict[str, Any], slug: str = "plan", code: str = "P57") -> Any:
    """Say who reports on a programme how often, and let time open what has begun."""
    path = f"{service.prefix}/programmes/{slug}/obligations"
    said = await service.http.put(path, json={"obligations": obligations}, headers=service.headers(code))
    assert said.status_code == 200, said.text
    await pass_time(service.database, service.log, service.clock)
    return said.json()


async def at(service: Service, *parts: int) -> list[tuple[str, str]]:
    """Let it be this civil time, and time do its work: the changes that it makes, with their periods."""
    service.clock.now = civil(*parts)
    before = len(await told(service))
    await pass_time(service.database, service.log, service.clock)
    return (await told(service))[before:]


async def told(service: Service) -> list[tuple[str, str]]:
    """The change and the period of each event of a filing."""
    return [(one.change, one.data["period"]) for one in await service.events() if one.entity_type == "filing"]


async def file(service: Service, code: str, period: str, **more: Any) -> httpx2.Response:
    """What a body files for a period."""
    return await service.post(code, "/own/filings", {"period": period, **more})


async def states(service: Service, **params: str) -> dict[str, str]:
    """How each filing counts now, by the code of its body and its period."""
    found = (await service.get("/filings", **params))["items"]
    return {f"{one['organisation']['code']} {one['period']}": one["state"] for one in found}
