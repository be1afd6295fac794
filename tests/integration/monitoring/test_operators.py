"""What is not for everybody: traces and streams, and what caches may keep."""

from typing import Any

import httpx2
import pytest
from tests.integration.private_answers import kept, walk_private_answers

from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.identity import http_client
from sixclear.monitoring.settings import Settings
from sixclear.monitoring.target import MonitoringTarget

pytestmark = pytest.mark.asyncio

PREFIX = "/api/monitoring/v1"


@pytest.mark.parametrize("path", ["/traces", "/streams", "/operations/traces", "/operations/streams"])
async def test_traces_are_for_operators_and_for_who_sits_at_the_machine(view: Any, new_runtime: Any, path: str) -> None:
    """A development server may stand behind a gateway, in a network, or be asked by a page with a foreign name."""
    runtime, issuer = new_runtime(MovingClock(view.now), env="development")
    target = MonitoringTarget(runtime, Settings(database_url=view.database.url))
    try:
        async with http_client(target.app, base_url="http://localhost:8000") as client:
            for host in ("localhost", "127.0.0.1:8000", "[::1]:8000"):
                here = await client.get(PREFIX + path, headers={"Host": host})
                assert (here.status_code, here.headers["cache-control"]) == (200, "no-store")
            for forwarded in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
                for value in ("127.0.0.1", "203.0.113.5", "for=127.0.0.1", ""):
                    away = await client.get(PREFIX + path, headers={forwarded: value})
                    assert away.status_code == 401, (forwarded, value)
            for named in ("localhost", "127.0.0.1:8000"):
                rebound = {"Host": "evil.example", "X-Forwarded-Host": named}
                assert (await client.get(PREFIX + path, headers=rebound)).status_code == 401, named
            for host in ("evil.example", "localhost.evil.example", "[", "", "192.0.2.7"):
                assert (await client.get(PREFIX + path, headers={"Host": host})).status_code == 401, host
            wrong = issuer.headers("tasks:write")
            assert (await client.get(PREFIX + path, headers=wrong)).status_code == 403
            operator = issuer.headers("monitoring:operate") | {"X-Forwarded-For": "203.0.113.5"}
            assert (await client.get(PREFIX + path, headers=operator)).status_code == 200
        from_elsewhere = httpx2.ASGITransport(app=target.app, client=("192.0.2.7", 4711))
        async with httpx2.AsyncClient(transport=from_elsewhere, base_url="http://localhost:8000") as client:
            assert (await client.get(PREFIX + path)).status_code == 401
    finally:
        await target.stop()


@pytest.mark.parametrize("path", ["/operations/traces", "/operations/streams", "/operations/operations.css"])
async def test_a_page_ignores_what_others_add_to_its_address(site: Any, path: str) -> None:
    headers = site.issuer.headers("monitoring:operate")
    page = await site.client.get(f"{PREFIX}{path}?fbclid=IwAR0x&utm_source=mail&fbclid=twice", headers=headers)
    assert page.status_code == 200
    assert "IwAR0x" not in page.text
    assert (await site.client.head(f"{PREFIX}{path}", headers=headers)).status_code == 200
    asked = await site.client.get(f"{PREFIX}/traces?fbclid=x", headers=headers)
    assert (asked.status_code, asked.json()["errors"][0]["code"]) == (422, "unknown-parameter")


async def test_in_production_nobody_sees_traces_without_a_token(view: Any, new_runtime: Any) -> None:
    runtime, _ = new_runtime(MovingClock(view.now), env="production")
    target = MonitoringTarget(runtime, Settings(database_url=view.database.url))
    try:
        async with http_client(target.app, base_url="http://localhost:8000") as client:
            assert (await client.get(f"{PREFIX}/operations/traces")).status_code == 401
    finally:
        await target.stop()


async def test_no_cache_keeps_what_is_not_for_everybody(site: Any) -> None:
    statuses = await walk_private_answers(site.target.app, site.client, site.issuer.headers("monitoring:operate"))
    assert statuses >= {200, 401, 403, 422}
    assert await kept(site.client, f"{PREFIX}/status"), "everybody may keep what is for everybody"
