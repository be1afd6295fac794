"""Readiness: what is required holds traffic back, what is not is only reported."""

import pytest
from starlette.applications import Starlette

from sixclear.common.runtime.target import Check
from sixclear.common.testing.identity import http_client
from sixclear.common.web.health import health_routes

GOOD, REPORTED = Check("database", True), Check("figures", False, "see the runbook", required=False)
REQUIRED = Check("view", False, "wait")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("checks", "status"), [([GOOD], 200), ([GOOD, REPORTED], 200), ([REQUIRED, REPORTED], 503), ([REQUIRED], 503)]
)
async def test_only_what_is_required_holds_traffic_back(checks: list[Check], status: int) -> None:
    async with http_client(Starlette(routes=health_routes(lambda: checks))) as client:
        answer = await client.get("/readyz")
    assert answer.status_code == status
    assert answer.json()["checks"] == [
        {"name": check.name, "ok": check.ok, "required": check.required, "detail": check.detail} for check in checks
    ]
