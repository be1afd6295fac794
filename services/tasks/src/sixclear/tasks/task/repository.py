"""Tasks in the database."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    TIMESTAMP,
    ColumnElement,
    Text,
    and_,
    bindparam,
    column,
    func,
    inspect,
    or_,
    select,
    table,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager, joinedload

from sixclear.common.keys import folded_key
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.programme.service import facts_of
from sixclear.tasks.task.filters import among, has_part, keys_of
from sixclear.tasks.task.lifecycle import TaskRecord
from sixclear.tasks.task.models import CarriesTask, Evidence, ProgressReport, Task

C = TypeVar("C", bound=CarriesTask)

# The first event of a task says when it came in.
_FIRST = table(
    "event",
    column("entity_type", Text),
    column("entity_id", PgUUID(as_uuid=True)),
    column("version"),
    column("recorded_at", TIMESTAMP(timezone=True)),
)


async def find_task(session: AsyncSession, task_id: UUID, *, lock: bool = False) -> Task | None:
    """The task with this identifier; its row locked when it is about to change."""
    # Polling readers ask with one statement. Beside FOR UPDATE a join would lose a task that moved to another programme
    # while the lock was awaited.
    joined = () if lock else (joinedload(Task.programme, innerjoin=True),)
    return await session.get(Task, task_id, options=joined, with_for_update=lock)


_RECORD = ["programme_id" if field.name == "programme" else field.name for field in fields(TaskRecord)]
_PROGRAMME = [field.name for field in fields(TaskRecord)].index("programme")
# Text, because SQLAlchemy's key for a statement of forty columns costs as much as sending it.
_LOCK_RECORDS = (
    text(f"SELECT {', '.join(_RECORD)} FROM task WHERE task_id = ANY (:task_ids) ORDER BY task_id FOR UPDATE")  # noqa: S608 (constants)
    .bindparams(bindparam("task_ids", type_=ARRAY(PgUUID(as_uuid=True))))
    .columns(*(column(name, getattr(Task, name).type) for name in _RECORD))
)


async def lock_public(session: AsyncSession, task_ids: Collection[UUID]) -> Sequence[Task]:
    """Those of these tasks that are public, their rows locked in one order."""
    public = select(Task).where(Task.task_id.in_(task_ids), Task.classification == "public").order_by(Task.task_id)
    return (await session.scalars(public.with_for_update(of=Task).execution_options(populate_existing=True))).all()


async def lock_records(session: AsyncSession, task_ids: Collection[UUID]) -> dict[UUID, TaskRecord]:
    """These tasks as records, with their rows locked, always in the same order: two requests never deadlock."""
    # By their places: a mapping of each row costs as much as reading it.
    rows: list[list[Any]] = [[*row] for row in await session.execute(_LOCK_RECORDS, {"task_ids": list(task_ids)})]
    programmes = await facts_of(session, {row[_PROGRAMME] for row in rows})
    for row in rows:
        row[_PROGRAMME] = programmes[row[_PROGRAMME]]
    return {record.task_id: record for record in (TaskRecord(*row) for row in rows)}


async def concerned_among(session: AsyncSession, task_ids: Collection[UUID], organisation_id: UUID) -> set[UUID]:
    """Those of these tasks in which an organisation has a part."""
    wanted = Task.task_id == among(task_ids), has_part(organisation_id)
    return set(await session.scalars(select(Task.task_id).where(*wanted)))


async def restricted_among(session: AsyncSession, task_ids: Collection[UUID]) -> Sequence[Task]:
    """Those of these tasks that are restricted."""
    wanted = Task.task_id == among(task_ids)
    return (await session.scalars(select(Task).where(wanted, Task.classification == "restricted"))).all()


async def reaches_of_public(session: AsyncSession, task_ids: Collection[UUID]) -> dict[UUID, str]:
    """Those of these tasks that are public, each with the reach of its programme."""
    if not task_ids:
        return {}
    wanted = Task.task_id == among(task_ids), Task.classification == "public"
    found = select(Task.task_id, Programme.reach).join(Programme, Programme.programme_id == Task.programme_id)
    return {row[0]: row[1] for row in await session.execute(found.where(*wanted))}


async def lock_keyed_tasks(session: AsyncSession, own: UUID, source: str, external_id: str) -> Sequence[Task]:
    """The tasks that a body's own system may mean by this key, their rows locked: one of them is about to change."""
    # A process of the release before writes no form.
    unfolded = and_(Task.folded_key.is_(None), Task.source.is_not(None))
    statement = select(Task).where(keys_of(own), or_(Task.folded_key == folded_key(source, external_id), unfolded))
    return (await session.scalars(statement.order_by(Task.task_id).with_for_update())).all()


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


async def count_by_clause(
    session: AsyncSession, directive_id: UUID, narrow: Sequence[ColumnElement[bool]]
) -> list[tuple[str | None, int]]:
    """How many tasks that name a directive name each clause of it, without those that are cancelled."""
    found = select(Task.clause, func.count()).where(Task.directive_id == directive_id, Task.status != "cancelled")
    return [(clause, count) for clause, count in await session.execute(found.where(*narrow).group_by(Task.clause))]


async def last_percent(session: AsyncSession, task_id: UUID) -> int:
    """The percentage of the newest report on a task, by its time; 0 without one."""
    newest = (
        select(ProgressReport.percent)
        .where(ProgressReport.task_id == task_id)
        .order_by(ProgressReport.occurred_at.desc(), ProgressReport.task_version.desc())
        .limit(1)
    )
    return await session.scalar(newest) or 0


async def lock_children(session: AsyncSession, model: type[C], task_id: UUID) -> Sequence[C]:
    """What hangs on a task, of one kind, in the order of their keys; their rows locked."""
    of_task = select(model).where(model.of_task(task_id)).order_by(*inspect(model).primary_key)
    return (await session.scalars(of_task.with_for_update())).all()


async def list_children(session: AsyncSession, model: type[C], task_id: UUID) -> Sequence[C]:
    """What hangs on a task, of one kind, as it was last committed."""
    return (await session.scalars(select(model).where(model.of_task(task_id)))).all()


async def evidence_ids(session: AsyncSession, task_id: UUID) -> Sequence[UUID]:
    """All pieces of evidence of a task, also those on which nothing was decided."""
    return (await session.scalars(select(Evidence.evidence_id).where(Evidence.task_id == task_id))).all()
