"""Indicators in the database, with their definitions, targets and tasks."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from sixclear.tasks.directive.models import Directive
from sixclear.tasks.indicator.models import Indicator, IndicatorDefinition, IndicatorTarget, IndicatorTask
from sixclear.tasks.task.models import Task


async def find_indicator(session: AsyncSession, code: str, *, lock: bool = False) -> Indicator | None:
    """The indicator with this code; its row locked when it is about to change."""
    statement = select(Indicator).where(Indicator.code == code)
    if lock:
        statement = statement.with_for_update(of=Indicator).execution_options(populate_existing=True)
    return await session.scalar(statement)


async def find_indicators(session: AsyncSession, codes: Collection[str]) -> Sequence[Indicator]:
    """The indicators with these codes, with one statement; unknown ones are left out."""
    statement = select(Indicator).where(Indicator.code.in_(codes)).options(selectinload(Indicator.programme))
    return (await session.scalars(statement)).all()


async def indicators_by_id(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Indicator]:
    """The indicators with these identifiers."""
    statement = select(Indicator).where(Indicator.indicator_id.in_(ids)).options(selectinload(Indicator.programme))
    return {row.indicator_id: row for row in await session.scalars(statement)}


async def list_indicators(
    session: AsyncSession, programme_id: UUID | None, kind: str | None, *, after: str | None, limit: int
) -> Sequence[Indicator]:
    """Indicators in the order of their codes, after the cursor."""
    statement = select(Indicator).options(selectinload(Indicator.programme)).order_by(Indicator.code).limit(limit)
    if programme_id is not None:
        statement = statement.where(Indicator.programme_id == programme_id)
    if kind is not None:
        statement = statement.where(Indicator.kind == kind)
    if after is not None:
        statement = statement.where(Indicator.code > after)
    return (await session.scalars(statement)).all()


async def definitions(session: AsyncSession, ids: Collection[UUID]) -> Sequence[IndicatorDefinition]:
    """Every definition that these indicators had."""
    statement = select(IndicatorDefinition).where(IndicatorDefinition.indicator_id.in_(ids))
    return (await session.scalars(statement.order_by(IndicatorDefinition.number))).all()


async def find_directive(session: AsyncSession, directive_id: UUID) -> Directive | None:
    """The directive with this identifier, unless it was withdrawn."""
    found = await session.get(Directive, directive_id)
    return None if found is None or found.withdrawn_at is not None else found


async def tasks_by_id(session: AsyncSession, task_ids: Collection[UUID]) -> Sequence[Task]:
    """The tasks with these identifiers; unknown ones are left out."""
    return (await session.scalars(select(Task).where(Task.task_id.in_(task_ids)))).all() if task_ids else ()


async def linked_tasks(session: AsyncSession, ids: Collection[UUID]) -> Sequence[tuple[UUID, Task]]:
    """The tasks that indicators measure, each with the indicator's identifier."""
    statement = select(IndicatorTask.indicator_id, Task).join(Task, Task.task_id == IndicatorTask.task_id)
    found = await session.execute(statement.where(IndicatorTask.indicator_id.in_(ids)).order_by(Task.task_id))
    return [(indicator_id, task) for indicator_id, task in found]


async def link_tasks(session: AsyncSession, indicator_id: UUID, task_ids: Collection[UUID]) -> None:
    """The indicator measures these tasks, and no others."""
    await session.execute(delete(IndicatorTask).where(IndicatorTask.indicator_id == indicator_id))
    session.add_all(IndicatorTask(indicator_id=indicator_id, task_id=task_id) for task_id in task_ids)


async def newest_targets(
    session: AsyncSession, indicator_id: UUID, organisation_id: UUID, at: datetime | None = None
) -> IndicatorTarget | None:
    """The targets of a body as they were set last; with `at` up to then."""
    statement = select(IndicatorTarget).where(
        IndicatorTarget.indicator_id == indicator_id, IndicatorTarget.organisation_id == organisation_id
    )
    if at is not None:
        statement = statement.where(IndicatorTarget.set_at <= at)
    return await session.scalar(statement.order_by(IndicatorTarget.number.desc()).limit(1))


async def list_targets(
    session: AsyncSession, indicator_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[IndicatorTarget]:
    """The targets of each body as they were set last, in the order of the bodies' identifiers, after the cursor."""
    statement = (
        select(IndicatorTarget)
        .where(IndicatorTarget.indicator_id == indicator_id)
        .ext(distinct_on(IndicatorTarget.organisation_id))
        .order_by(IndicatorTarget.organisation_id, IndicatorTarget.number.desc())
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(IndicatorTarget.organisation_id > after)
    return (await session.scalars(statement)).all()
