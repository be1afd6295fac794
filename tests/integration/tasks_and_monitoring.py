"""The service of tasks beside a view of what it tells."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest_asyncio
from tests.integration.monitoring.conftest import Site, View, leading, make_runtime
from tests.integration.tasks.conftest import START, Service, started

from sixclear.common.bus.envelope import from_stored
from sixclear.common.db import Database
from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.identity import http_client
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.monitoring.settings import Settings
from sixclear.monitoring.target import MonitoringTarget


@dataclass
class Both:
    """The service of tasks, and a view of what it tells."""

    service: Service
    view: View
    site: Site
    read: int = 0

    async def follow(self) -> None:
        """Fold what was told since, and let the view's clock stand where that of tasks stands."""
        events = list(await self.service.log.reader().read(self.read, 10_000))
        self.view.now = self.site.clock.now = self.service.clock.now
        told = (from_stored(event, "tasks", 1) for event in events if event.published)
        await self.view.fold(told, size=7)
        self.read = events[-1].event_id if events else self.read
        await self.view.pass_time(self.service.clock.now)


@pytest_asyncio.fixture
async def both(clone_database: CloneDatabase) -> AsyncIterator[Both]:
    database = Database(await clone_database("sixclear.monitoring"), application_name="test", pool_size=3)
    async with started(clone_database, START) as service:
        view = await leading(database)
        runtime, issuer = make_runtime(clock := MovingClock(START))
        target = MonitoringTarget(runtime, Settings(database_url=database.url))
        async with http_client(target.app, base_url="http://localhost:8000") as client:
            yield Both(service, view, Site(target, issuer, client, clock))
    await database.close()
