"""A source's log folded by monitoring and compared with each census in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from tests.integration.monitoring.conftest import leading

from sixclear.common.bus.envelope import from_stored
from sixclear.common.census import Census, Count
from sixclear.common.db import Database
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.common.testing.service import RunningService
from sixclear.monitoring.lead.censuses import Censuses
from sixclear.monitoring.view import sources as views
from sixclear.monitoring.view.census import list_kept
from sixclear.monitoring.view.consumers import topics_of


class Story:
    """A source that states a census between the steps of a story."""

    def __init__(self, service: RunningService, count: Count) -> None:
        self._service = service
        self._census = Census(service.log, count, service.clock)

    async def count(self, *_step: Any) -> None:
        """State a census; may stand before each step."""
        self._service.clock.pass_by(minutes=10)
        assert await self._census.state_if_due()

    async def last(self) -> dict[tuple[str | None, str], int]:
        """The counts that were stated last."""
        events = await self._service.log.reader().read(0, 10_000)
        data = [event.data for event in events if event.entity_type == "census"][-1]
        return {(item["group"], item["state"]): item["count"] for item in data["counts"]}

    async def compared(self, clone_database: CloneDatabase) -> int:
        """Fold the log and compare each census, long after it: all must agree; how many they were."""
        log = self._service.log
        events = [from_stored(event, log.service, 1) for event in await log.reader().read(0, 10_000) if event.published]
        waiting, agreed = [], 0
        async with _view(clone_database) as view:
            for event in events:
                if event.topic in topics_of(log.service):
                    waiting.append(event)
                if event.entity_type != "census":
                    continue
                view.now = event.recorded_at
                await view.fold(waiting)
                waiting.clear()
                await view.pass_time(event.recorded_at + timedelta(days=40))
                await Censuses(view.database, lambda: view.now, token=view.token, on_change=lambda: None).judge()
                async with view.database.session() as session:
                    (kept,) = await list_kept(session)
                    assert kept.is_judged((await views.sources(session))[log.service].active_epoch)
                assert kept.differences == []
                agreed += 1
        return agreed


@asynccontextmanager
async def _view(clone_database: CloneDatabase) -> AsyncIterator[Any]:
    database = Database(await clone_database("sixclear.monitoring"), application_name="test", pool_size=3)
    try:
        yield await leading(database)
    finally:
        await database.close()
