"""A reader of a log over HTTP, and writers beside it: each event once and in order, at any page size."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import httpx2

from sixclear.common.events.log import NewEvent
from sixclear.common.service_state import ServiceState
from sixclear.common.testing.service import RunningService
from sixclear.common.web.allowances import Allowance

WORKERS = 4


@dataclass(frozen=True, slots=True)
class LogReader:
    """Reads the log at `path` of a service, as the client with this name or as anybody."""

    service: RunningService
    path: str
    client: str | None = None

    async def page(self, **params: str | int) -> httpx2.Response:
        """One page."""
        address = f"{self.service.prefix}{self.path}"
        return await self.service.http.get(address, params=params or None, headers=self._headers())

    async def page_after(self, page: httpx2.Response) -> httpx2.Response:
        """The page that the header `Link` names."""
        return await self.service.http.get(page.links["next"]["url"], headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return self.service.headers(self.client) if self.client else {}

    async def read_all(self, limit: int, first: httpx2.Response | None = None) -> list[dict[str, Any]]:
        """Every event, page by page as the header `Link` says."""
        response = first or await self.page(limit=limit)
        found: list[dict[str, Any]] = []
        while True:
            assert response.status_code == 200, response.text
            assert len(response.json()) <= limit
            found += response.json()
            if "Retry-After" in response.headers:
                return found
            response = await self.page_after(response)

    async def read_beside(self, after: str, limit: int, *writers: asyncio.Task[None]) -> list[int]:
        """The positions of what comes after that one, until the writers are done and the end is reached."""
        response = await self.page(after=after, limit=limit)
        found: list[int] = []
        done = False
        while True:
            assert response.status_code == 200, response.text
            found += [int(event["position"]) for event in response.json()]
            if done and "Retry-After" in response.headers and not response.json():
                return found
            done = all(task.done() for task in writers)
            await asyncio.sleep(0)
            response = await self.page_after(response)


def allow(service: RunningService, per_minute: float) -> None:
    """Let each visitor ask so often, by a clock that stands."""
    state: ServiceState = service.app.state.service_state
    service.app.state.service_state = replace(state, log_readers=Allowance(per_minute, timer=lambda: 0.0))


async def write(service: RunningService, worker: int, seed: int, event_of: Callable[[int, int], NewEvent]) -> None:
    """Events of one writer: some transactions are slow, some are rolled back, some write several events."""
    chance = random.Random(seed * 100 + worker)
    for number in range(8):
        async with service.database.session() as session:
            for _ in range(chance.randint(1, 2)):
                await service.log.publish(session, event_of(worker, number), recorded_at=service.clock())
                await asyncio.sleep(chance.choice([0, 0, 0.01, 0.03]))
            await (session.rollback() if chance.random() < 0.25 else session.commit())


async def nothing_is_missed_or_repeated(
    reader: LogReader,
    event_of: Callable[[int, int], NewEvent],
    may_read: Callable[[UUID], bool] = lambda _: True,
) -> None:
    """Any page size, beside transactions that draw a number early and commit late, or never."""
    service = reader.service
    allow(service, 100_000)
    for seed, limit in enumerate((1, 3, 7, 100)):
        last = max([event.event_id for event in await service.log.reader().read(0, 10_000)], default=0)
        begun = await reader.page(begin="newest")
        assert begun.json() == []
        writers = [asyncio.create_task(write(service, worker, seed, event_of)) for worker in range(WORKERS)]
        found = await reader.read_beside(begun.headers["Log-After"], limit, *writers)
        await asyncio.gather(*writers)
        stored = await service.log.reader().read(last, 10_000)
        assert found == [event.event_id for event in stored if may_read(event.entity_id)]
        assert stored
