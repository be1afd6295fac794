"""What reporting reads and writes in many tasks together: their keys, locks, progress reports and evidence."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import (
    Select,
    Text,
    any_,
    bindparam,
    column,
    exists,
    func,
    literal,
    or_,
    select,
    table,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from sixclear.common.clock import CLOCKS_DIFFER
from sixclear.common.keys import folded_key
from sixclear.tasks.task.models import Evidence, ProgressReport, Task

Said = TypeVar("Said", ProgressReport, Evidence)

_TASK_IDS_OF_KEYS = text(
    """SELECT named.source, named.external_id, task.task_id, task.assigning_organisation_id,
              (task.source, task.external_id) = (named.source, named.external_id) AS exactly
       FROM unnest(:sources, :external_ids, :forms) AS named (source, external_id, form)
       JOIN task ON task.folded_key = named.form
                 OR (task.folded_key IS NULL AND task.source = named.source AND task.external_id = named.external_id)
       WHERE task.assigned_at IS NOT NULL
         AND (:organisation_id = task.lead_organisation_id
              OR :organisation_id = ANY (task.coordinating_organisation_ids))"""
).bindparams(
    bindparam("sources", type_=ARRAY(Text)),
    bindparam("external_ids", type_=ARRAY(Text)),
    bindparam("forms", type_=ARRAY(Text)),
    bindparam("organisation_id", type_=PgUUID(as_uuid=True)),
)


async def task_ids_of_keys(
    session: AsyncSession, keys: Collection[tuple[str, str]], organisation_id: UUID | None
) -> dict[tuple[str, str], dict[UUID, UUID]]:
    """The tasks that an organisation was given, by `source` and `external_id`, each with its assigning body.

    Keys are compared by their spelling, then by their form. Several bodies may use the same key. One that is only
    proposed does not count: the body that proposes it could make another body's key name two tasks.
    """
    values = {
        "sources": [source for source, _ in keys],
        "external_ids": [external_id for _, external_id in keys],
        "forms": [folded_key(*key) for key in keys],
        "organisation_id": organisation_id,
    }
    by_spelling: dict[tuple[str, str], dict[UUID, UUID]] = {}
    by_form: dict[tuple[str, str], dict[UUID, UUID]] = {}
    for row in await session.execute(_TASK_IDS_OF_KEYS, values):
        found = by_spelling if row.exactly else by_form
        found.setdefault((row.source, row.external_id), {})[row.task_id] = row.assigning_organisation_id
    return by_form | by_spelling


async def lock_tasks(session: AsyncSession, task_ids: Sequence[UUID]) -> dict[UUID, Task]:
    """These tasks with their rows locked, always in the same order, so that two bulk requests never deadlock."""
    statement = select(Task).options(selectinload(Task.programme)).where(Task.task_id.in_(task_ids))
    rows = await session.scalars(statement.order_by(Task.task_id).with_for_update())
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


_EVENT = table("event", column("entity_type"), column("entity_id"), column("version"), column("published"))


# Where a page ends: when it was said, and by which version of the task it was learnt.
Place = tuple[datetime, int]


def _page(row: type[Said], task_id: UUID, *, published: bool, before: Place | None, limit: int) -> Select[Said]:
    """What was said on a task, newest first by its time, before the cursor; with `published` only what went out."""
    statement = select(row).where(row.task_id == task_id).limit(limit)
    statement = statement.order_by(row.occurred_at.desc(), row.task_version.desc())
    if before is not None:
        statement = statement.where(tuple_(row.occurred_at, row.task_version) < tuple_(*before))
    if published:
        went_out = select(_EVENT.c.version).where(
            _EVENT.c.entity_id == task_id, _EVENT.c.entity_type == "task", _EVENT.c.published
        )
        statement = statement.where(row.task_version.in_(went_out))
    return statement


async def list_reports(
    session: AsyncSession, task_id: UUID, *, published: bool, before: Place | None, limit: int
) -> Sequence[ProgressReport]:
    """A task's progress reports, newest first; with `published` none that was said while it was restricted."""
    statement = _page(ProgressReport, task_id, published=published, before=before, limit=limit)
    return (await session.scalars(statement)).all()


async def list_reports_told(
    session: AsyncSession, task_ids: Sequence[UUID], stated: Collection[datetime], since: datetime
) -> Sequence[ProgressReport]:
    """The reports on these tasks since an instant, and those of the stated times, which a clock ahead may have told."""
    return (await session.scalars(_told(ProgressReport, task_ids, stated, since))).all()


async def list_evidence_told(
    session: AsyncSession, task_id: UUID, stated: datetime | None, since: datetime
) -> Sequence[Evidence]:
    """As `list_reports_told`, of the evidence of one task, with what was told since then of an earlier time."""
    return (await session.scalars(_told(Evidence, [task_id], [stated] if stated else [], since, late=True))).all()


def _told(
    row: type[Said], task_ids: Sequence[UUID], stated: Collection[datetime], since: datetime, *, late: bool = False
) -> Select[Said]:
    told = or_(row.occurred_at >= since, row.recorded_at >= since) if late else row.occurred_at >= since
    if stated:
        instants = func.unnest(literal(list(stated), ARRAY(row.occurred_at.type)), type_=row.occurred_at.type)
        at = instants.column_valued("stated_at")
        told = or_(told, exists().where(row.occurred_at.between(at - CLOCKS_DIFFER, at)))
    return select(row).where(row.task_id == any_(literal(task_ids, ARRAY(PgUUID(as_uuid=True)))), told)


@dataclass(frozen=True, slots=True)
class StatedPercent:
    """The percentage of a report; `public_percent` is what everyone reads of one that went out."""

    occurred_at: datetime
    task_version: int
    percent: int
    public_percent: int
    published: bool


_STATED_PERCENTS = text(
    """SELECT r.task_id, r.occurred_at, r.task_version, r.percent, coalesce(r.public_percent, r.percent), e.published
       FROM progress_report r
       JOIN event e ON e.entity_type = 'task' AND e.entity_id = r.task_id AND e.version = r.task_version
       WHERE r.task_id = ANY (:task_ids)"""
).bindparams(bindparam("task_ids", type_=ARRAY(PgUUID(as_uuid=True))))


async def list_percents(session: AsyncSession, task_ids: Collection[UUID]) -> dict[UUID, list[StatedPercent]]:
    """The percentages of all reports on these tasks, by task."""
    found: dict[UUID, list[StatedPercent]] = {task_id: [] for task_id in task_ids}
    if found:
        for task_id, *stated in await session.execute(_STATED_PERCENTS, {"task_ids": list(task_ids)}):
            found[task_id].append(StatedPercent(*stated))
    return found


async def list_evidence(
    session: AsyncSession, task_id: UUID, *, published: bool, before: Place | None, limit: int
) -> Sequence[Evidence]:
    """A task's evidence, newest first; with `published` none that was attached while it was restricted."""
    return (await session.scalars(_page(Evidence, task_id, published=published, before=before, limit=limit))).all()
