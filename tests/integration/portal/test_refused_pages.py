"""What a service refuses and no page has words for: the page says so, and calls it no fault of ours."""

import pytest
from starlette.requests import Request
from tests.integration.portal.records import NOW
from tests.integration.portal.upstream import Upstream, clients

from sixclear.portal.app import create_app
from sixclear.portal.errors import Refused
from sixclear.portal.pages.public.error.route import portal_error
from sixclear.portal.settings import Settings
from sixclear.portal.shell.rendering import Pages
from sixclear.portal.upstream.gateway import Gateway

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("status", [400, 401, 409, 428])
async def test_a_refusal_is_no_fault_that_was_logged(upstream: Upstream, pages: Pages, status: int) -> None:
    gateway = Gateway(clients(upstream), timeout_seconds=3.0)
    app = create_app(settings=Settings(), clock=lambda: NOW, gateway=gateway, pages=pages)
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "scheme": "http", "app": app}
    page = await portal_error(Request(scope | {"headers": [(b"accept-language", b"en")]}), Refused(status, "x"))
    text = bytes(page.body).decode()
    assert page.status_code == status
    assert "This request was not taken" in text
    assert f">{status}<" in text
    assert "logged" not in text
