"""A view that counts two made-up kinds: a file each, a line each, and the migration that is generated from them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from alembic.autogenerate import produce_migrations
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import MetaData
from tests.integration.monitoring.conftest import Events, View, leading, organisation_id
from tests.integration.monitoring.kinds.made_up.plan import PLAN
from tests.integration.monitoring.kinds.made_up.step import STEP

from sixclear.common.bus.envelope import Envelope
from sixclear.common.clock import civil_date
from sixclear.common.db import Database
from sixclear.common.ids import stable_id
from sixclear.monitoring import kinds
from sixclear.monitoring.kinds.kind import Amount, Cell, Kind
from sixclear.monitoring.view.cells import cells_now
from sixclear.monitoring.view.kind_tables import kind_tables
from sixclear.monitoring.view.past import cells_at
from sixclear.monitoring.view.selection import Selection

MADE_UP = (PLAN, STEP)


@pytest_asyncio.fixture
async def two_more_kinds(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The line of each kind, and its tables by the migration that Alembic writes."""
    monkeypatch.setattr(kinds, "KINDS", (*kinds.KINDS, *MADE_UP))
    async with database.engine.begin() as connection:
        await connection.run_sync(_migrate)
    yield


def _migrate(connection: Any) -> None:
    metadata = MetaData()
    tables = {table.name for kind in MADE_UP for table in kind_tables(kind, metadata)}

    def own(_: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
        return kind != "table" or name in tables

    context = MigrationContext.configure(connection, opts={"include_object": own})
    operations = Operations(context)
    upgrade = produce_migrations(context, metadata).upgrade_ops
    assert upgrade is not None
    for operation in upgrade.ops:
        for part in getattr(operation, "ops", None) or (operation,):
            operations.invoke(part)


@pytest_asyncio.fixture
async def view(database: Database, two_more_kinds: None) -> View:
    return await leading(database)


@dataclass
class Plans:
    """Makes events of plans and of their steps."""

    events: Events

    def plan(self, name: str, change: str = "started", *, lead: str | None = "00004", **facts: Any) -> Envelope:
        data = {
            "organisation_id": str(organisation_id(lead)) if lead else None,
            "programme": "hanoi",
            "assigned_by": "province",
            "title": f"Kế hoạch {name}",
            "status": "running",
            "due_at": None,
            "report_due_at": None,
            "budget": None,
            "paid": None,
            "demonstration": False,
        } | {key: value.isoformat() if isinstance(value, datetime) else value for key, value in facts.items()}
        return self._event("plan", stable_id("plan", name), change, data)

    def step(self, name: str, change: str = "added", *, plan: str = "a", done: bool = False) -> Envelope:
        data = {
            "plan_id": str(stable_id("plan", plan)),
            "organisation_id": str(organisation_id("00004")),
            "programme": "hanoi",
            "title": f"Bước {name}",
            "done": done,
            "demonstration": False,
        }
        return self._event("step", stable_id("step", name), change, data)

    def _event(self, entity: str, entity_id: UUID, change: str, data: dict[str, Any]) -> Envelope:
        return self.events.event("tasks", entity, entity_id, change, {} if change == "withdrawn" else data)


@pytest.fixture
def plans(events: Events) -> Plans:
    return Plans(events)


@dataclass
class MadeUp:
    """The cells of the made-up kinds, by the rules of now."""

    view: View

    def _kinds(self) -> list[Kind[Any]]:
        return [kind for kind in kinds.KINDS if kind.name in {"plan", "step"}]

    async def now(self, selection: Selection = Selection()) -> dict[Cell, Amount]:  # noqa: B008 (immutable)
        async with self.view.database.session() as session:
            return dict(await cells_now(session, self._kinds(), selection, civil_date(self.view.now)))

    async def at(self, at: datetime, selection: Selection = Selection()) -> dict[Cell, Amount]:  # noqa: B008
        async with self.view.database.session() as session:
            return dict(await cells_at(session, self._kinds(), selection, at))


@pytest.fixture
def made_up(view: View) -> MadeUp:
    return MadeUp(view)
