"""Citizens behind gateway and portal: each has an allowance of one's own, also when another one uses up his."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urljoin

import httpx2
import pytest
import pytest_asyncio
from starlette.responses import JSONResponse
from tests.integration.feedback.conftest import Service, a_submission

from sixclear.common.clock import utc_now
from sixclear.common.visitor import trusted_networks
from sixclear.common.web.visitor import VisitorEdge
from sixclear.launcher.http_clients import HttpClients
from sixclear.portal.app import create_app as create_portal
from sixclear.portal.settings import Settings as PortalSettings
from sixclear.portal.shell.assets import Assets
from sixclear.portal.shell.rendering import Pages
from sixclear.portal.upstream.gateway import Gateway

pytestmark = pytest.mark.asyncio

GATEWAY = "10.1.2.3"
FORM = {"kind": "feedback", "title": "Một câu", "text": "Một nội dung."}
WRONG = "0000-0000-0000-0000-0"


@pytest_asyncio.fixture
async def site(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    """Portal and feedback in one process, behind a gateway that is not on this machine."""
    apps: dict[str, Any] = {"feedback": service.app, "tasks": JSONResponse({}, 503)}
    http = HttpClients(apps, frozenset(apps), "http://sixclear.test")
    gateway = Gateway(http, 20.0)
    portal = create_portal(settings=PortalSettings(), clock=utc_now, gateway=gateway, pages=Pages(Assets()))

    async def route(scope: Any, receive: Any, send: Any) -> None:
        await (service.app if scope["path"].startswith("/api/") else portal)(scope, receive, send)

    edge = VisitorEdge(route, trusted_networks("10.0.0.0/8"))
    transport = httpx2.ASGITransport(edge, client=(GATEWAY, 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://sixclear.test", timeout=30) as client:
        yield client
    await gateway.close()


def at(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address, "Accept-Language": "en"}


async def sends(site: httpx2.AsyncClient, address: str) -> httpx2.Response:
    """The form from a browser of its own: the cookie of the last sending makes a repetition of the same browser one."""
    site.cookies.clear()
    return await site.post("/feedback/sent", data=FORM, headers=at(address))


async def test_forty_citizens_are_answered_while_one_sends_without_end(
    service: Service, site: httpx2.AsyncClient
) -> None:
    flood = [await sends(site, "203.0.113.5:4711") for _ in range(33)]
    assert [answer.status_code for answer in flood] == [200] * 30 + [422] * 3
    assert "Too many submissions" in flood[-1].text
    citizens = [f"198.51.100.{number}:{5000 + number}" for number in range(20)]
    citizens += [f"[2001:db8:0:{number:x}::1]:443" for number in range(20)]
    for citizen in citizens:
        answer = await sends(site, citizen)
        assert answer.status_code == 200, citizen
    assert len(await service.rows("submission")) == 30 + 40


async def test_wrong_codes_of_one_lock_nobody_elses_mailbox(service: Service, site: httpx2.AsyncClient) -> None:
    _, code = await a_submission(service)
    guesses = [
        await site.post("/feedback/mailbox", data={"receipt_code": WRONG}, headers=at(f"203.0.113.5:{4000 + number}"))
        for number in range(12)
    ]
    assert "Too many attempts" in guesses[-1].text
    direct = await site.post("/api/feedback/v1/mailbox", json={"receipt_code": code}, headers=at("203.0.113.5"))
    assert direct.status_code == 429, "through the portal or not, it is the same visitor"
    for address in ("203.0.113.6:4000", "[2001:db8::7]:443", "2001:db8:1::7", "::ffff:192.0.2.1", "unreadable"):
        opened = await site.post("/feedback/mailbox", data={"receipt_code": code}, headers=at(address))
        assert opened.status_code == 200, address


async def test_the_service_sends_nobody_from_https_to_http(site: httpx2.AsyncClient) -> None:
    path = "/api/feedback/v1/docs/"
    answer = await site.get(path, headers={"X-Forwarded-Proto": "https"})
    assert answer.status_code == 307
    reached = urljoin(f"https://sixclear.test{path}", answer.headers["location"])
    assert reached == "https://sixclear.test/api/feedback/v1/docs"
