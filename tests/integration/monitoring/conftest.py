"""A migrated monitoring database, and events as the services publish them."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from tests.integration.monitoring.running import client_of

from sixclear.common.bus.envelope import Envelope
from sixclear.common.bus.memory import MemoryBus
from sixclear.common.clock import civil_date
from sixclear.common.db import Database
from sixclear.common.events import log as event_log_module
from sixclear.common.events.log import EventLog
from sixclear.common.ids import stable_id
from sixclear.common.runtime.target import Runtime
from sixclear.common.settings import CommonSettings
from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.identity import FakeIssuer
from sixclear.common.testing.postgres import CloneDatabase, EmptyDatabase
from sixclear.monitoring.kinds.kind import Kind
from sixclear.monitoring.kinds.task import REPORTS, TASK
from sixclear.monitoring.settings import Settings
from sixclear.monitoring.status.service import SHOWN
from sixclear.monitoring.target import MonitoringTarget
from sixclear.monitoring.view import counters
from sixclear.monitoring.view import sources as views
from sixclear.monitoring.view.cells import cells_now, latest_now
from sixclear.monitoring.view.crossings import cross_boundaries
from sixclear.monitoring.view.fold import fold
from sixclear.monitoring.view.latest_past import latest_at
from sixclear.monitoring.view.past import cells_at
from sixclear.monitoring.view.reconcile import take_over
from sixclear.monitoring.view.selection import Selection
from sixclear.tasks.events import EVENTS as TASK_EVENTS

NOON = datetime(2025, 12, 4, 5, tzinfo=UTC)


@dataclass
class Events:
    """Makes events with versions without holes per entity and positions in order; times run a minute per event."""

    now: datetime = NOON
    epoch: int = 1
    versions: dict[UUID, int] = field(default_factory=dict)
    position: int = 0

    def forget(self) -> None:
        """Begin a new story."""
        self.now, self.position = NOON, 0
        self.versions.clear()

    def event(self, service: str, entity: str, entity_id: UUID, change: str, data: dict[str, Any]) -> Envelope:
        previous = self.versions.get(entity_id)
        self.versions[entity_id] = (previous or 0) + 1
        self.position += 1
        self.now += timedelta(minutes=1)
        return Envelope(
            service=service,
            entity_type=entity,
            entity_id=entity_id,
            type=f"vn.sixclear.{service}.{entity}.{change}.v1",
            change=change,
            version=self.versions[entity_id],
            previous_version=previous,
            position=self.position,
            epoch=self.epoch,
            occurred_at=self.now,
            recorded_at=self.now,
            data={**data, "change": change},
            traceparent=None,
        )

    def organisation(
        self, code: str, parent: str | None = None, level: str = "central", change: str = "registered", **facts: Any
    ) -> Envelope:
        data = {
            "organisation_id": str(organisation_id(code)),
            "code": code,
            "codes": [code, f"H{code}"],
            "level": level,
            "type": "ministry",
            "name_vi": f"Cơ quan {code}",
            "name_en": None,
            "parent_id": str(organisation_id(parent)) if parent else None,
            "valid_from": "2025-07-01",
            "valid_to": None,
        }
        return self.event("tasks", "organisation", organisation_id(code), change, data | facts)

    def programme(
        self, slug: str, owner: str | None = None, reach: str | None = None, groups: Mapping[str, Any] | None = None
    ) -> Envelope:
        """`groups` are its groups of work, each with its parts."""
        data: dict[str, Any] = {"slug": slug, "name_vi": slug, "name_en": slug, "demonstration": False}
        if owner:
            data["owner_organisation_id"] = str(organisation_id(owner))
        if reach:
            data["reach"] = reach
        if groups is not None:
            data["work_groups"] = [
                {"code": group, "label_vi": group, "parts": [{"code": part, "label_vi": part} for part in parts]}
                for group, parts in groups.items()
            ]
        return self.event("tasks", "programme", stable_id("programme", slug), "registered", data)

    def task(
        self,
        name: str,
        change: str = "assigned",
        *,
        status: str = "assigned",
        lead: str | None = "G06",
        programme: str = "nq57-central",
        assigned_by: str = "central",
        kind: str = "one_off",
        deadline: datetime | None = None,
        submitted_at: datetime | None = None,
        assigning: str = "TW",
        coordinating: Sequence[str] = (),
        demonstration: bool = False,
        **more: Any,
    ) -> Envelope:
        """What is stated of it; `more` are further fields, without which it is as releases before told of it."""
        data = {
            "task_id": str(stable_id("task", name)),
            "programme": programme,
            "title": f"Nhiệm vụ {name}",
            "status": status,
            "kind": kind,
            "assigned_by": assigned_by,
            "lead_organisation_id": str(organisation_id(lead)) if lead else None,
            "current_deadline": deadline.isoformat() if deadline else None,
            "last_report_at": None,
            "submitted_at": submitted_at.isoformat() if submitted_at else None,
            "assigning_organisation_id": str(organisation_id(assigning)),
            "coordinating_organisation_ids": [str(organisation_id(code)) for code in coordinating],
            "demonstration": demonstration,
        }
        data |= {key: _written(value) for key, value in more.items()}
        return self.event("tasks", "task", stable_id("task", name), change, {} if change == "withdrawn" else data)

    def on_task(self, entity: str, name: str, change: str, facts: dict[str, Any], **of_task: Any) -> Envelope:
        """Of what hangs on a task: it carries the task's dimensions. `lead` is the body that is answerable."""
        lead = of_task.pop("lead", "G06")
        data = {
            "task_id": str(stable_id("task", name)),
            "programme": "nq57-central",
            "assigned_by": "central",
            "organisation_id": str(organisation_id(lead)) if lead else None,
            "demonstration": False,
        }
        data |= of_task | {key: _written(value) for key, value in facts.items()}
        return self.event("tasks", entity, stable_id(entity, name), change, {} if change == "withdrawn" else data)

    def period(
        self,
        name: str,
        change: str = "opened",
        *,
        due_at: datetime,
        status: str = "open",
        locks_at: datetime | None = None,
        reported_at: datetime | None = None,
        **of_task: Any,
    ) -> Envelope:
        facts = {"status": status, "due_at": due_at, "locks_at": locks_at or due_at + timedelta(days=5)}
        return self.on_task("period", name, change, facts | {"reported_at": reported_at}, **of_task)

    def evidence(self, name: str, change: str = "added", *, state: str = "waiting", **of_task: Any) -> Envelope:
        return self.on_task("evidence", name, change, {"state": state}, **of_task)

    def decision(self, name: str, change: str = "asked", *, kind: str = "extension", **of_task: Any) -> Envelope:
        facts = {"kind": kind, "state": of_task.pop("state", "asked")}
        return self.on_task("decision", name, change, facts, **of_task)

    def urge(self, name: str, change: str = "urged", *, state: str = "open", **of_task: Any) -> Envelope:
        return self.on_task("urge", name, change, {"state": state}, **of_task)

    def submission(
        self,
        name: str,
        change: str = "received",
        *,
        status: str = "received",
        organisation: str | None = None,
        programme: str | None = "nq57-central",
        visibility: str = "public",
        **finer: Any,
    ) -> Envelope:
        data = {
            "status": status,
            "kind": "initiative",
            "visibility": visibility,
            "programme": programme,
            "organisation_id": str(organisation_id(organisation)) if organisation else None,
            "due_soon_at": None,
            "due_at": None,
            "demonstration": False,
            **{name: _written(value) for name, value in finer.items()},
        }
        return self.event("feedback", "submission", stable_id("submission", name), change, data)

    def entry(
        self,
        name: str,
        change: str = "registered",
        *,
        owner: str = "G06",
        lists: Sequence[str] = ("plan-02",),
        stage: str = "not_deployed",
        risk: str = "none",
        registration: str = "not_submitted",
        kind: str = "database",
    ) -> Envelope:
        data = {
            "entry_id": str(stable_id("entry", name)),
            "code": name,
            "name_vi": f"CSDL {name}",
            "kind": kind,
            "owner_organisation_id": str(organisation_id(owner)),
            "lists": [{"list": item, "edition": "2025"} for item in lists],
            "deployment_stage": stage,
            "risk": risk,
            "registration": {"status": registration, "submitted_at": None, "missing_documents": 0},
            "demonstration": False,
        }
        return self.event("data-catalog", "entry", stable_id("entry", name), change, data)


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def organisation_id(code: str) -> UUID:
    return stable_id("organisation", code)


@dataclass
class View:
    """The view in a database, written as a leader does."""

    database: Database
    token: int
    now: datetime

    async def fold(self, events: Iterable[Envelope], *, size: int = 500, only: int | None = None) -> bool:
        """Fold in batches of `size`; True when the last one changed what readers see. `only` one generation, or all."""
        changed = False
        waiting = list(events)
        for start in range(0, len(waiting), size):
            async with self.database.transaction() as session:
                batch = waiting[start : start + size]
                changed = await fold(session, batch, token=self.token, now=self.now, only=only)
        return changed

    async def pass_time(self, now: datetime, *, limit: int = 500) -> int:
        """Let the clock stand at `now` and the timer do its work."""
        self.now = now
        crossed = 0
        while True:
            async with self.database.transaction() as session:
                step = await cross_boundaries(session, token=self.token, now=now, limit=limit)
            crossed += step
            if step == 0:
                return crossed

    async def cells(self, selection: Selection = Selection()) -> Any:  # noqa: B008 (immutable)
        async with self.database.session() as session:
            return await cells_now(session, SHOWN, selection, civil_date(self.now))

    async def cells_at(self, at: datetime, selection: Selection = Selection()) -> Any:  # noqa: B008
        async with self._planning_once() as session:
            return await cells_at(session, SHOWN, selection, at)

    async def last_report(self, selection: Selection = Selection()) -> datetime | None:  # noqa: B008
        async with self.database.session() as session:
            return await latest_now(session, TASK, REPORTS, selection)

    async def last_report_at(self, at: datetime, selection: Selection = Selection()) -> datetime | None:  # noqa: B008
        async with self._planning_once() as session:
            return await latest_at(session, TASK, REPORTS, selection, at)

    @asynccontextmanager
    async def _planning_once(self) -> AsyncIterator[AsyncSession]:
        """A session as routes of the past have it: a statement is planned once for each connection (`view.past`)."""
        async with self.database.session() as session:
            await session.execute(text("SET LOCAL plan_cache_mode = force_generic_plan"))
            yield session


@pytest.fixture
def events() -> Events:
    return Events()


@pytest_asyncio.fixture
async def database(clone_database: CloneDatabase) -> AsyncIterator[Database]:
    made = Database(await clone_database("sixclear.monitoring"), application_name="test", pool_size=3)
    yield made
    await made.close()


async def leading(database: Database) -> View:
    """The view, with what a leader does before it folds."""
    async with database.transaction() as session:
        token = await views.take_leadership(session, "test", NOON)
        await take_over(session, token=token, now=NOON)
        await views.note_relayed(session, False, token)
        await views.advance_view(session, 0)
    return View(database, token, NOON + timedelta(days=1))


async def left_by_the_release_before(session: AsyncSession, kind: Kind[Any]) -> None:
    """Count what stands in the axes of a kind's states as that release did, which stores no cells with a state."""
    table = f"{kind.name}_state"
    await session.execute(text(f"UPDATE {table} h SET cells = {kind.stored_cells_sql}"))
    await counters.rebuild_counters(session, kind.source, 1, 1)
    await session.execute(text(f"UPDATE {table} SET cells = NULL"))
    await session.execute(text("UPDATE source_view SET rules = 1 WHERE source = :source"), {"source": kind.source})
    await session.execute(text("UPDATE leadership SET cells_token = NULL"))


@pytest_asyncio.fixture
async def view(database: Database) -> View:
    return await leading(database)


def make_runtime(
    clock: Any, *, logs: dict[str, EventLog] | None = None, env: str = "test", kafka: str | None = None, **options: Any
) -> tuple[Runtime, FakeIssuer]:
    """What the launcher would give the target: the in-process bus over `logs` and a throw-away issuer.

    With `kafka` the settings name brokers, so the target takes what it reads for relayed.
    """
    issuer = FakeIssuer()
    runtime = Runtime(
        settings=CommonSettings.model_validate({"env": env, "kafka_bootstrap_servers": kafka, **options}),
        clock=clock,
        bus=MemoryBus(logs or {}),
        verifier=issuer.verifier(),
        http=_no_other_service,
    )
    return runtime, issuer


def _no_other_service(name: str) -> Any:
    raise AssertionError(f"monitoring calls no other service, not even {name}")


@dataclass
class Site:
    """The target over the view's database, not started: what it answers is what the view holds."""

    target: MonitoringTarget
    issuer: FakeIssuer
    client: httpx2.AsyncClient
    clock: MovingClock

    async def get(self, path: str, **parameters: Any) -> httpx2.Response:
        return await self.client.get(f"/api/monitoring/v1{path}", params=parameters)


@pytest_asyncio.fixture
async def site(view: View) -> AsyncIterator[Site]:
    clock = MovingClock(view.now)
    runtime, issuer = make_runtime(clock)
    target = MonitoringTarget(runtime, Settings(database_url=view.database.url))
    async with client_of(target) as client:
        yield Site(target, issuer, client, clock)
    await target.stop()


@pytest_asyncio.fixture
async def log(empty_database: EmptyDatabase) -> AsyncIterator[EventLog]:
    """The log of `tasks`."""
    database = Database(await empty_database(), application_name="tasks", pool_size=3)
    async with database.transaction() as session:
        for statement in event_log_module.DDL_V1:
            await session.execute(text(statement))
    made = EventLog(TASK_EVENTS, database)
    await made.start()
    yield made
    await made.stop()
    await database.close()


@pytest.fixture(name="new_runtime")
def runtime_factory() -> Any:
    """Makes what the launcher would give the target."""
    return make_runtime
