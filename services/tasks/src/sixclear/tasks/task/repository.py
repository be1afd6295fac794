"""Tasks in the database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    TIMESTAMP,
    ColumnElement,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    case,
    column,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
    text,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from sixclear.common.folded_columns import found_in
from sixclear.common.keys import folded_key, named_by
from sixclear.tasks.organisation.repository import subtree
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.programme.service import facts_of
from sixclear.tasks.task.lifecycle import TaskRecord
from sixclear.tasks.task.models import ProgressReport, Task
from sixclear.tasks.task.timing import bucket_in_sql

# Tasks without a deadline come last; written as in the index `ix_task_listing`, which this order uses.
_NEVER: ColumnElement[datetime] = literal_column("'infinity'::timestamptz")
# The first event of a task says when it came in.
_FIRST = table(
    "event",
    column("entity_type", Text),
    column("entity_id", PgUUID(as_uuid=True)),
    column("version"),
    column("recorded_at", TIMESTAMP(timezone=True)),
)
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
    source: str | None = None
    external_id: str | None = None
    updated_since: datetime | None = None
    assigning_organisation_id: UUID | None = None
    coordinating_organisation_id: UUID | None = None
    restricted_for: UUID | None = None


async def find_task(session: AsyncSession, task_id: UUID, *, lock: bool = False) -> Task | None:
    """The task with this identifier; its row locked when it is about to change."""
    # Polling readers ask with one statement. Beside FOR UPDATE a join would lose a task that moved to another programme
    # while the lock was awaited.
    joined = () if lock else (joinedload(Task.programme, innerjoin=True),)
    return await session.get(Task, task_id, options=joined, with_for_update=lock)


_RECORD = [field.name for field in fields(TaskRecord) if field.name != "programme"]
# Text, because SQLAlchemy's key for a statement of forty columns costs as much as sending it.
_LOCK_RECORDS = (
    text(f"SELECT {', '.join(_RECORD)} FROM task WHERE task_id = ANY (:task_ids) ORDER BY task_id FOR UPDATE")  # noqa: S608 (constants)
    .bindparams(bindparam("task_ids", type_=ARRAY(PgUUID(as_uuid=True))))
    .columns(*(column(name, getattr(Task, name).type) for name in _RECORD))
)


async def lock_records(session: AsyncSession, task_ids: Collection[UUID]) -> dict[UUID, TaskRecord]:
    """These tasks as records, with their rows locked, always in the same order: two requests never deadlock."""
    rows = [row._asdict() for row in await session.execute(_LOCK_RECORDS, {"task_ids": list(task_ids)})]
    programmes = await facts_of(session, {row["programme_id"] for row in rows})
    return {row["task_id"]: TaskRecord(programme=programmes[row["programme_id"]], **row) for row in rows}


async def concerned_among(session: AsyncSession, task_ids: Collection[UUID], organisation_id: UUID) -> set[UUID]:
    """Those of these tasks in which an organisation has a part."""
    wanted = Task.task_id == any_(literal(list(task_ids), ARRAY(PgUUID(as_uuid=True))))
    return set(await session.scalars(select(Task.task_id).where(wanted, _has_part(organisation_id))))


async def restricted_among(session: AsyncSession, task_ids: Collection[UUID]) -> Sequence[Task]:
    """Those of these tasks that are restricted."""
    wanted = Task.task_id == any_(literal(list(task_ids), ARRAY(PgUUID(as_uuid=True))))
    return (await session.scalars(select(Task).where(wanted, Task.classification == "restricted"))).all()


async def find_keyed_task(
    session: AsyncSession, key_organisation_id: UUID, source: str, external_id: str
) -> Task | None:
    """The task that a body's own system knows by this key; its row locked, for it is about to change.

    The one of this spelling, else the one whose key has this form.
    """
    # A process of the release before may still run. It writes no form, and no key organisation: its keys are those of
    # the assigning body.
    unfolded = and_(Task.folded_key.is_(None), Task.source.is_not(None))
    statement = select(Task).where(
        func.coalesce(Task.key_organisation_id, Task.assigning_organisation_id) == key_organisation_id,
        or_(Task.folded_key == folded_key(source, external_id), unfolded),
    )
    found = await session.scalars(statement.order_by(Task.task_id).with_for_update())
    key = source, external_id
    return next(iter(named_by(found.all(), key, lambda task: (task.source, task.external_id))), None)


async def count_open_proposals(session: AsyncSession, programme_id: UUID, proposed_by: UUID) -> int:
    """How many proposals of a body are open in a programme."""
    found = select(func.count()).where(
        Task.programme_id == programme_id,
        Task.proposed_by_organisation_id == proposed_by,
        Task.status == "proposed",
        Task.assigned_at.is_(None),  # the condition of the index
    )
    return await session.scalar(found) or 0


async def list_waiting(
    session: AsyncSession, owner_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[tuple[Task, datetime]]:
    """Open proposals in the programmes of a body, with when each was recorded; the oldest first, after the cursor."""
    statement = (
        select(Task, _FIRST.c.recorded_at)
        .join(_FIRST, and_(_FIRST.c.entity_type == "task", _FIRST.c.entity_id == Task.task_id, _FIRST.c.version == 1))
        .join(Task.programme)
        .options(contains_eager(Task.programme))
        .where(Task.status == "proposed", Programme.owner_organisation_id == owner_id)
        .order_by(_FIRST.c.recorded_at, Task.task_id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(tuple_(_FIRST.c.recorded_at, Task.task_id) > tuple_(*after))
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def count_naming(session: AsyncSession, directive_id: UUID) -> int:
    """How many tasks name a directive, without those that are cancelled."""
    found = select(func.count()).where(Task.directive_id == directive_id, Task.status != "cancelled")
    return await session.scalar(found) or 0


async def last_percent(session: AsyncSession, task_id: UUID) -> int:
    """The percentage of the newest report on a task, by its time; 0 without one."""
    newest = (
        select(ProgressReport.percent)
        .where(ProgressReport.task_id == task_id)
        .order_by(ProgressReport.occurred_at.desc(), ProgressReport.task_version.desc())
        .limit(1)
    )
    return await session.scalar(newest) or 0


async def list_tasks(
    session: AsyncSession, narrow: TaskFilter, *, now: datetime, after: tuple[datetime | None, UUID] | None, limit: int
) -> Sequence[Task]:
    """Tasks by current deadline, soonest first, after the cursor. Restricted ones only for the bodies concerned."""
    statement = list_statement(narrow, now=now, after=after, limit=limit).options(selectinload(Task.programme))
    return (await session.scalars(statement)).all()


def list_statement(
    narrow: TaskFilter, *, now: datetime, after: tuple[datetime | None, UUID] | None, limit: int
) -> Select[Task]:
    """What `list_tasks` asks; a test reads its plan."""
    statement = select(Task).where(*_conditions(narrow, now))
    statement = statement.order_by(_SORT_DEADLINE, Task.task_id).limit(limit)
    if after:
        deadline, task_id = after
        statement = statement.where(
            tuple_(_SORT_DEADLINE, Task.task_id) > tuple_(_NEVER if deadline is None else deadline, task_id)
        )
    return statement


def _conditions(narrow: TaskFilter, now: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_visible(narrow.restricted_for)]
    if narrow.programme_id:
        conditions.append(Task.programme_id == narrow.programme_id)
    if narrow.organisation_id:
        # As an array, which is read before: beside a recursive query the planner walks all tasks by their deadlines.
        below = func.array(subtree(narrow.organisation_id), type_=ARRAY(PgUUID(as_uuid=True)))
        conditions.append(Task.lead_organisation_id == any_(below))
    if narrow.assigning_organisation_id:
        conditions.append(Task.assigning_organisation_id == narrow.assigning_organisation_id)
    if narrow.coordinating_organisation_id:
        conditions.append(Task.coordinating_organisation_ids.contains([narrow.coordinating_organisation_id]))
    if narrow.status:
        conditions += [Task.status == narrow.status, *_FOLLOWS_FROM_STATUS.get(narrow.status, ())]
    elif narrow.restricted_for is None:
        # What a body refused in its programme does not stay in everyone's list of it.
        conditions.append(Task.status != "cancelled")
    if narrow.bucket:
        conditions += _in_bucket(narrow.bucket, now)
    if narrow.assigned_by:
        conditions.append(Task.assigned_by == narrow.assigned_by)
    if narrow.updated_since:
        conditions.append(Task.recorded_at >= narrow.updated_since)
    conditions += _keyed(narrow)
    if narrow.query:
        conditions.append(found_in(Task.search_text, narrow.query))
    return conditions


# No index has the status, which a report changes. What follows from a status that few tasks have is in an index.
_NOT_ASSIGNED = (Task.assigned_at.is_(None),)
_FOLLOWS_FROM_STATUS: Mapping[str, Sequence[ColumnElement[bool]]] = {
    "draft": _NOT_ASSIGNED,
    "proposed": _NOT_ASSIGNED,
    "cancelled": _NOT_ASSIGNED,
    "submitted": (Task.submitted_at.is_not(None), Task.completed_at.is_(None)),
    "completed": (Task.completed_at.is_not(None),),
}


def _in_bucket(bucket: str, now: datetime) -> Sequence[ColumnElement[bool]]:
    """The rule of the bucket, and what follows from it that an index has.

    The planner takes a comparison with an expression for true of one row in 200, and would sort what it finds; a CASE
    it takes for true of every second one, so that it reads in order.
    """
    rule = bucket_in_sql(Task.status, Task.kind, Task.current_deadline, now) == bucket
    holds = case((rule, true()), else_=false())
    if bucket == "recurring":
        return holds, Task.kind == "recurring"
    if bucket == "completed":
        return holds, Task.completed_at.is_not(None)
    return holds, now > _SORT_DEADLINE if bucket == "overdue" else now <= _SORT_DEADLINE


def _keyed(narrow: TaskFilter) -> list[ColumnElement[bool]]:
    """A whole key is compared by its form, as in requests; a part of one as it is spelled."""
    if narrow.source is not None and narrow.external_id is not None:
        exactly = and_(Task.source == narrow.source, Task.external_id == narrow.external_id)
        return [or_(Task.folded_key == folded_key(narrow.source, narrow.external_id), exactly)]
    named = (Task.source, narrow.source), (Task.external_id, narrow.external_id)
    return [column == value for column, value in named if value is not None]


def _visible(organisation_id: UUID | None) -> ColumnElement[bool]:
    public = Task.classification == "public"
    return public if organisation_id is None else or_(public, _has_part(organisation_id))


def _has_part(organisation_id: UUID) -> ColumnElement[bool]:
    return or_(
        Task.lead_organisation_id == organisation_id,
        Task.assigning_organisation_id == organisation_id,
        Task.coordinating_organisation_ids.contains([organisation_id]),
    )
