"""The tasks application on real PostgreSQL, with a few organisations and one programme."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, date, datetime
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import event

from sixclear.common.events.log import StoredEvent
from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.postgres import CloneDatabase, Filled
from sixclear.common.testing.service import RunningService, running_service
from sixclear.tasks.app import create_app
from sixclear.tasks.events import EVENTS
from sixclear.tasks.organisation.seed import Named, Seed, organisation_id, register
from sixclear.tasks.settings import Settings

START = datetime(2025, 12, 4, 3, 0, tzinfo=UTC)
# An outside supervisor of the programme `plan`: it acts for G01, and may do nothing but comment.
OVERSEER = "supervisor"
EVERYTHING = ("tasks:write", "tasks:assign", "tasks:report", "tasks:confirm", "tasks:administer", "tasks:organise")


class Service(RunningService):
    """A client is the organisation with that code; by default it may do everything."""

    prefix = "/api/tasks/v1"

    def headers(self, code: str, /, *scopes: str) -> dict[str, str]:
        if code == OVERSEER:
            body, plan = organisation_id("G01"), "programme:plan"
            token = self.issuer.token("tasks:oversee", client_id=code, organisation_id=body, mandate=plan)
            return {"Authorization": f"Bearer {token}"}
        return self.issuer.headers(
            *(scopes or EVERYTHING), client_id=f"org-{code}", organisation_id=organisation_id(code)
        )

    async def events(self) -> list[StoredEvent]:
        """Every event of the log after the seed, in order."""
        return [event for event in await super().events() if event.entity_type != "organisation"]


@contextmanager
def statements(service: Service) -> Iterator[list[str]]:
    """The SQL statements that the ordinary routes send inside the block, each on one line."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(" ".join(statement.split()))

    engine = service.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        with service.ordinary_routes():
            yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def named(name: str, kind: str, legal_basis: str = "") -> Named:
    """What an organisation has been called since July 2025."""
    return Named(name, kind, date(2025, 7, 1), None, legal_basis)


STANDING_BODY_VI = (
    "Ban Chỉ đạo Trung ương về phát triển khoa học, công nghệ, đổi mới sáng tạo và chuyển đổi số"  # as it is shipped
)
STANDING_BODY_EN = "Central Steering Committee for Science, Technology, Innovation and Digital Transformation"
ORGANISATIONS = (
    Seed("P57", "central", STANDING_BODY_EN, None, (named(STANDING_BODY_VI, "party_body"),)),
    Seed("G06", "central", "Science", None, (named("Bộ Khoa học và Công nghệ", "central_agency"),)),
    Seed("G01", "central", "Security", None, (named("Bộ Công an", "central_agency"),)),
    Seed(
        "75",
        "province",
        None,
        None,
        (
            Named("Đồng Nai", "province", date(2025, 7, 1), date(2026, 4, 30), "202/2025/QH15"),
            Named("Đồng Nai", "city", date(2026, 4, 30), None, "30/2026/QH16"),
        ),
    ),
    Seed("75-KH", "department", None, "75", (named("Sở Khoa học và Công nghệ", "department"),)),
    Seed("25999", "commune", None, "75", (named("Phường Biên Hòa", "ward"),)),
)


@pytest_asyncio.fixture
async def service(clone_database: CloneDatabase) -> AsyncIterator[Service]:
    """What `started` gives at START, on a copy: what was made before it was not made by this process."""
    url = await clone_database("sixclear.tasks", Filled("plan", _fill))
    async with _running(url, START) as running:
        yield running


@pytest.fixture(params=["hot", "ordinary"])
def both_ways(request: pytest.FixtureRequest, service: Service) -> Iterator[None]:
    """The test is run twice: with the routes of the front, and without them."""
    if request.param == "hot":
        yield
    else:
        with service.ordinary_routes():
            yield


@asynccontextmanager
async def started(clone_database: CloneDatabase, start: datetime) -> AsyncIterator[Service]:
    """The tasks application with five organisations and the programme `plan`, owned by P57."""
    async with _running(await clone_database("sixclear.tasks"), start) as running:
        await _make_plan(running)
        yield running


async def _fill(url: str) -> None:
    async with _running(url, START) as running:
        await _make_plan(running)


@asynccontextmanager
async def _running(url: str, start: datetime) -> AsyncIterator[Service]:
    with TemporaryDirectory() as files:
        settings = Settings(database_url=url, files=files)
        async with running_service(Service, EVENTS, settings, create_app, MovingClock(start)) as running:
            yield running


async def _make_plan(running: Service) -> None:
    await register(running.database, running.log, ORGANISATIONS, running.clock())
    programme = {
        "slug": "plan",
        "name_vi": "Kế hoạch",
        "name_en": "Plan",
        "resolution": "57-NQ/TW",
        "owner": "P57",
    }
    assert (await running.post("P57", "/programmes", programme)).status_code == 201


def proposal(**changes: Any) -> dict[str, Any]:
    """A six-clear task for G06, due in eleven days."""
    body: dict[str, Any] = {
        "programme": "plan",
        "title": "Xây dựng cơ sở dữ liệu dùng chung",
        "source": "ministry",
        "external_id": "NV-1",
        "assigned_by": "central",
        "assigning_organisation": "P57",
        "lead_organisation": "G06",
        "responsible_position": {"title": "Cục trưởng", "organisation": "G06"},
        "product": "Cơ sở dữ liệu vận hành",
        "authority": "Quyết định trong phạm vi được giao",
        "deadline": "2025-12-15",
        "assign": True,
    }
    return body | changes


async def an_assigned_task(service: Service, **changes: Any) -> UUID:
    """A task that G06 leads."""
    response = await service.post("P57", "/tasks", proposal(**changes))
    assert response.status_code == 201, response.text
    return UUID(response.json()["task_id"])
