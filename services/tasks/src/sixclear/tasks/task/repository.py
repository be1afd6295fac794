"""Tasks, their reports and their evidence in the database."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    case,
    column,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.folding import like_pattern
from sixclear.tasks.organisation.repository import subtree
from sixclear.tasks.task.lifecycle import OPEN_STATUSES
from sixclear.tasks.task.models import Evidence, ProgressReport, Task

Said = TypeVar("Said", ProgressReport, Evidence)

# Tasks without a deadline come last; written as in the index `ix_task_listing`, which this order uses.
_NEVER: ColumnElement[datetime] = literal_column("'infinity'::timestamptz")
_SORT_DEADLINE = func.coalesce(Task.current_deadline, _NEVER)


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What a list of tasks is narrowed to; None does not narrow."""

    programme_id: UUID | None = None
    organisation_id: UUID | None = None
    status: str | None = None
    bucket: str | None = None
    assigned_by: str | None = None
    query: str | None = None
    assigning_organisation_id: UUID | None = None
    coordinating_organisation_id: UUID | None = None
    restricted_for: UUID | None = None


async def find_task(session: AsyncSession, task_id: UUID, *, lock: bool = False) -> Task | None:
    """The task with this identifier; its row locked when it is about to change."""
    return await session.get(Task, task_id, with_for_update=lock)


async def restricted_among(session: AsyncSession, task_ids: Collection[UUID]) -> Sequence[Task]:
    """Those of these tasks that are restricted."""
    wanted = Task.task_id == any_(literal(list(task_ids), ARRAY(PgUUID(as_uuid=True))))
    return (await session.scalars(select(Task).where(wanted, Task.classification == "restricted"))).all()


async def find_keyed_task(
    session: AsyncSession, key_organisation_id: UUID, source: str, external_id: str
) -> Task | None:
    """The task that a body's own system knows by this key; its row locked, for it is about to change."""
    # A process of the release before may still run. It writes no key organisation: its keys are the assigning body's.
    statement = select(Task).where(
        func.coalesce(Task.key_organisation_id, Task.assigning_organisation_id) == key_organisation_id,
        Task.source == source,
        Task.external_id == external_id,
    )
    return (await session.scalars(statement.with_for_update())).one_or_none()


_TASK_IDS_OF_KEYS = text(
    """SELECT task.source, task.external_id, task.task_id, task.assigning_organisation_id
       FROM unnest(:sources, :external_ids) AS named (source, external_id) JOIN task USING (source, external_id)
       WHERE task.assigned_at IS NOT NULL
         AND (:organisation_id = task.lead_organisation_id
              OR :organisation_id = ANY (task.coordinating_organisation_ids))"""
).bindparams(
    bindparam("sources", type_=ARRAY(Text)),
    bindparam("external_ids", type_=ARRAY(Text)),
    bindparam("organisation_id", type_=PgUUID(as_uuid=True)),
)


async def task_ids_of_keys(
    session: AsyncSession, keys: Collection[tuple[str, str]], organisation_id: UUID | None
) -> dict[tuple[str, str], dict[UUID, UUID]]:
    """The tasks that an organisation was given, by `source` and `external_id`, each with its assigning body.

    Several bodies may use the same key. One that is only proposed does not count: whoever proposes it could make
    another body's key name two tasks.
    """
    values = {
        "sources": [source for source, _ in keys],
        "external_ids": [external_id for _, external_id in keys],
        "organisation_id": organisation_id,
    }
    found: dict[tuple[str, str], dict[UUID, UUID]] = {}
    for source, external_id, task_id, assigning_id in await session.execute(_TASK_IDS_OF_KEYS, values):
        found.setdefault((source, external_id), {})[task_id] = assigning_id
    return found


async def lock_tasks(session: AsyncSession, task_ids: Sequence[UUID]) -> dict[UUID, Task]:
    """These tasks with their rows locked, always in the same order, so that two bulk requests never deadlock."""
    rows = await session.scalars(
        select(Task).where(Task.task_id.in_(task_ids)).order_by(Task.task_id).with_for_update()
    )
    return {row.task_id: row for row in rows}


_REPORTED_COLUMNS = (
    "task_id",
    "version",
    "published_version",
    "status",
    "percent",
    "last_report_at",
    "reports_count",
    "occurred_at",
    "recorded_at",
)
_WRITE_REPORTED = text(
    """UPDATE task SET version = new.version, published_version = new.published_version, status = new.status,
              percent = new.percent, last_report_at = new.last_report_at, reports_count = new.reports_count,
              occurred_at = new.occurred_at, recorded_at = new.recorded_at
       FROM unnest(:task_id, :version, :published_version, :status, :percent, :last_report_at, :reports_count,
                   :occurred_at, :recorded_at)
            AS new (task_id, version, published_version, status, percent, last_report_at, reports_count, occurred_at,
                    recorded_at)
       WHERE task.task_id = new.task_id"""
).bindparams(*(bindparam(name, type_=ARRAY(getattr(Task, name).type)) for name in _REPORTED_COLUMNS))


async def write_reported(session: AsyncSession, tasks: Collection[Task]) -> None:
    """Write what progress reports changed on these locked tasks, with one statement; the session lets go of them.

    The unit of work would send one statement for each run of tasks that changed in the same columns.
    """
    for task in tasks:
        session.expunge(task)
    if tasks:
        columns = {name: [getattr(task, name) for task in tasks] for name in _REPORTED_COLUMNS}
        await session.execute(_WRITE_REPORTED, columns)


async def list_tasks(
    session: AsyncSession, narrow: TaskFilter, *, now: datetime, after: tuple[datetime | None, UUID] | None, limit: int
) -> Sequence[Task]:
    """Tasks by current deadline, soonest first, after the cursor. Restricted ones only for the bodies concerned."""
    statement = select(Task).where(*_conditions(narrow, now)).order_by(_SORT_DEADLINE, Task.task_id).limit(limit)
    if after:
        deadline, task_id = after
        statement = statement.where(
            tuple_(_SORT_DEADLINE, Task.task_id) > tuple_(_NEVER if deadline is None else deadline, task_id)
        )
    return (await session.scalars(statement)).all()


def _conditions(narrow: TaskFilter, now: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_visible(narrow.restricted_for)]
    if narrow.programme_id:
        conditions.append(Task.programme_id == narrow.programme_id)
    if narrow.organisation_id:
        conditions.append(Task.lead_organisation_id.in_(subtree(narrow.organisation_id)))
    if narrow.assigning_organisation_id:
        conditions.append(Task.assigning_organisation_id == narrow.assigning_organisation_id)
    if narrow.coordinating_organisation_id:
        conditions.append(Task.coordinating_organisation_ids.contains([narrow.coordinating_organisation_id]))
    if narrow.status:
        conditions.append(Task.status == narrow.status)
    if narrow.bucket:
        conditions.append(_bucket(now) == narrow.bucket)
    if narrow.assigned_by:
        conditions.append(Task.assigned_by == narrow.assigned_by)
    if narrow.query:
        conditions.append(Task.search_text.like(like_pattern(narrow.query)))
    return conditions


def _visible(organisation_id: UUID | None) -> ColumnElement[bool]:
    public = Task.classification == "public"
    if organisation_id is None:
        return public
    return or_(
        public,
        Task.lead_organisation_id == organisation_id,
        Task.assigning_organisation_id == organisation_id,
        Task.coordinating_organisation_ids.contains([organisation_id]),
    )


def _bucket(now: datetime) -> ColumnElement[str | None]:
    """The seed bucket (R4) in SQL; `lifecycle.bucket` says the same for one task, and a test compares the two."""
    opened = Task.status.in_(OPEN_STATUSES)
    return case(
        (and_(Task.kind == "recurring", or_(opened, Task.status == "completed")), "recurring"),
        (Task.status == "completed", "completed"),
        (and_(opened, Task.current_deadline < now), "overdue"),
        (opened, "in_term"),
        else_=None,
    )


_EVENT = table("event", column("entity_type"), column("entity_id"), column("version"), column("published"))


def _page(row: type[Said], task_id: UUID, *, published: bool, before: int | None, limit: int) -> Select[Said]:
    """What was said on a task, newest first, before the version of the cursor; with `published` only what went out."""
    statement = select(row).where(row.task_id == task_id).order_by(row.task_version.desc()).limit(limit)
    if before is not None:
        statement = statement.where(row.task_version < before)
    if published:
        went_out = select(_EVENT.c.version).where(
            _EVENT.c.entity_id == task_id, _EVENT.c.entity_type == "task", _EVENT.c.published
        )
        statement = statement.where(row.task_version.in_(went_out))
    return statement


async def list_reports(
    session: AsyncSession, task_id: UUID, *, published: bool, before: int | None, limit: int
) -> Sequence[ProgressReport]:
    """A task's progress reports, newest first; with `published` none that was said while it was restricted."""
    statement = _page(ProgressReport, task_id, published=published, before=before, limit=limit)
    return (await session.scalars(statement)).all()


async def list_reports_at(
    session: AsyncSession, task_ids: Sequence[UUID], instants: Collection[datetime]
) -> Sequence[ProgressReport]:
    """The reports that these tasks have of these instants."""
    if not instants:
        return ()
    statement = select(ProgressReport).where(
        ProgressReport.task_id == any_(literal(task_ids, ARRAY(PgUUID(as_uuid=True)))),
        ProgressReport.occurred_at == any_(literal(list(instants), ARRAY(ProgressReport.occurred_at.type))),
    )
    return (await session.scalars(statement)).all()


async def list_evidence(
    session: AsyncSession, task_id: UUID, *, published: bool, before: int | None, limit: int
) -> Sequence[Evidence]:
    """A task's evidence, newest first; with `published` none that was attached while it was restricted."""
    return (await session.scalars(_page(Evidence, task_id, published=published, before=before, limit=limit))).all()
