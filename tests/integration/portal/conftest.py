"""The portal in front of a stand-in for the services, without a network."""

from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from tests.integration.portal.records import NOW
from tests.integration.portal.upstream import Upstream, clients

from sixclear.portal.app import create_app
from sixclear.portal.settings import Settings
from sixclear.portal.shell.assets import Assets
from sixclear.portal.shell.rendering import Pages
from sixclear.portal.upstream.gateway import Gateway


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """The services behind the portal; what they heard and answered is as their contracts say."""
    state = Upstream()
    yield state
    assert sorted(set(state.broken)) == []


@pytest.fixture(scope="session")
def pages() -> Pages:
    """Templates and static files, read once."""
    return Pages(Assets())


@pytest.fixture
def app(upstream: Upstream, pages: Pages) -> Starlette:
    """The portal."""
    gateway = Gateway(clients(upstream), timeout_seconds=3.0, clock=lambda: NOW, monotonic=upstream.monotonic)
    return create_app(settings=Settings(), clock=lambda: NOW, gateway=gateway, pages=pages, developer_pages=True)


@pytest_asyncio.fixture
async def browser(app: Starlette) -> AsyncIterator[httpx2.AsyncClient]:
    """A reader."""
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://portal") as client:
        yield client
