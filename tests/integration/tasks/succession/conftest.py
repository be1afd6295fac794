"""Two committees of Hanoi, 57 and 204, one of which is merged into the other."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest_asyncio
from httpx2 import Response
from tests.integration.tasks.conftest import START, Service, named, proposal, started

from sixclear.common.testing.postgres import CloneDatabase
from sixclear.tasks.decision.service.apply import apply_decisions
from sixclear.tasks.organisation.seed import Named, Seed, organisation_id, register

__all__ = ["Service"]

COMMITTEE_57, COMMITTEE_204 = "01-BCD57", "01-BCD204"
_COMMITTEES = (
    Seed("01", "province", "Hanoi", None, (named("Hà Nội", "city"),)),
    Seed(COMMITTEE_57, "department", None, "01", (named("Ban Chỉ đạo 57 Thành phố Hà Nội", "committee"),)),
    Seed(
        COMMITTEE_204,
        "department",
        None,
        "01",
        (Named("Ban Chỉ đạo 204 Thành phố Hà Nội", "committee", date(2025, 7, 10), None, "204/QĐ-UBND"),),
    ),
    Seed("01-BCD57-TGV", "department", None, COMMITTEE_57, (named("Tổ giúp việc Ban Chỉ đạo 57", "committee"),)),
)


@pytest_asyncio.fixture
async def service(clone_database: CloneDatabase) -> AsyncIterator[Service]:
    """The tasks application with Hanoi, its two committees, and the plan that Hanoi owns."""
    async with started(clone_database, START) as running:
        await register(running.database, running.log, _COMMITTEES, START)
        plan = {"slug": "hanoi-57", "name_vi": "Kế hoạch 57 của Hà Nội", "name_en": "Hanoi plan", "owner": "01"}
        assert (await running.post("01", "/programmes", plan | {"resolution": "57-NQ/TW"})).status_code == 201
        yield running


async def a_task(service: Service, external_id: str, code: str = "01", **changes: Any) -> str:
    """A task of Hanoi's plan that committee 57 leads; its identifier."""
    body = proposal(
        programme="hanoi-57",
        external_id=external_id,
        assigned_by="province",
        assigning_organisation="01",
        lead_organisation=COMMITTEE_57,
        responsible_position={"title": "Trưởng ban", "organisation": COMMITTEE_57},
    )
    response = await service.post(code, "/tasks", body | changes)
    assert response.status_code == 201, response.text
    return str(response.json()["task_id"])


async def merge(service: Service, code: str = "01", into: str = COMMITTEE_204, **more: Any) -> Response:
    """Merge committee 57 into committee 204."""
    body = {"into": into, "reason": "Hợp nhất hai ban", "document": "1234/QĐ-UBND"} | more
    return await service.post(code, f"/organisations/{organisation_id(COMMITTEE_57)}/merge", body)


async def reach(service: Service, **chunk: int) -> int:
    """Take what was decided to the tasks."""
    return await apply_decisions(service.database, service.log, service.clock, **chunk)
