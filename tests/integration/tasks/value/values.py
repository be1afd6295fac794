"""What the stories of indicators and values share."""

from typing import Any

import httpx2
import orjson
from tests.integration.tasks.conftest import Service

from sixclear.tasks.organisation.seed import organisation_id

INDICATOR = {
    "code": "online-filing",
    "programme": "plan",
    "name_vi": "Tỷ lệ hồ sơ trực tuyến",
    "name_en": "Share of filings made online",
    "kind": "operational",
    "unit": "hồ sơ",
    "direction": "up",
    "value_type": "count",
    "cumulative": False,
    "period_unit": "month",
    "source": "Cổng Dịch vụ công quốc gia",
    "method": "Đếm số hồ sơ nộp trực tuyến trong kỳ",
    "supplies": [{"level": "commune"}, {"level": "department"}, {"level": "province"}],
}
DOCUMENT = {"number": "123/BC-BCĐTW", "issued_on": "2025-12-04"}


def other_hands(service: Service, code: str) -> dict[str, str]:
    """The token of another client of a body."""
    scopes = ("tasks:report", "tasks:confirm", "facts:past")
    return service.issuer.headers(*scopes, client_id=f"second-{code}", organisation_id=organisation_id(code))


async def an_indicator(service: Service, **changes: Any) -> dict[str, Any]:
    """An indicator of the programme `plan`, counted each month."""
    response = await service.post("P57", "/indicators", INDICATOR | changes)
    assert response.status_code in (200, 201), response.text
    return dict(response.json())


async def supplied(service: Service, code: str, indicator: str, period: str, **said: Any) -> dict[str, Any]:
    """A value that a body submits of itself."""
    entry = {"period": period, "submit": True} | said
    response = await service.post(code, f"/indicators/{indicator}/values", entry)
    assert response.status_code in (200, 201), response.text
    return dict(response.json())


async def approved(service: Service, code: str, indicator: str, period: str, **said: Any) -> dict[str, Any]:
    """A value that a body submits of itself, and the owner of the programme approves."""
    value = await supplied(service, code, indicator, period, **said)
    response = await service.post("P57", f"/values/{value['value_id']}/approve", {})
    assert response.status_code == 200, response.text
    return dict(response.json())


async def published(service: Service, indicator: str, *lines: dict[str, Any]) -> dict[str, Any]:
    """Values that come approved with a document of the programme's owner."""
    items = [{"indicator": indicator, "approved_by": DOCUMENT} | line for line in lines]
    return await in_bulk(service, "P57", *items)


async def in_bulk(service: Service, code: str, *items: Any, raw: bytes | None = None, **params: Any) -> dict[str, Any]:
    """What became of a file of values."""
    body = raw if raw is not None else b"\n".join(orjson.dumps(item) for item in items)
    headers = service.headers(code) | {"content-type": "application/x-ndjson"}
    path = f"{service.prefix}/values/bulk"
    response = await service.http.post(path, content=body, params=params, headers=headers)
    assert response.status_code == 200, response.text
    return dict(response.json())


async def targets(service: Service, indicator: str, organisation: str, **said: Any) -> httpx2.Response:
    """The targets of a body, as the owner of the programme sets them."""
    body = {"organisation": organisation} | said
    path, headers = f"{service.prefix}/indicators/{indicator}/targets", service.headers("P57")
    return await service.http.put(path, json=body, headers=headers)


async def points(service: Service, indicator: str, **params: str) -> dict[str, dict[str, Any]]:
    """A series by its periods."""
    series = await service.get(f"/indicators/{indicator}/series", **params)
    return {point["period"]: point for point in series["points"]}
