"""Milestones in the database."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.milestone.lifecycle import OVER
from sixclear.tasks.milestone.models import Milestone
from sixclear.tasks.task.models import Evidence, Task


async def find_milestone(session: AsyncSession, milestone_id: UUID) -> Milestone | None:
    """The milestone with this identifier."""
    return await session.get(Milestone, milestone_id)


async def lock_milestone(session: AsyncSession, milestone_id: UUID) -> Milestone | None:
    """The milestone as it is now, its row locked; its task was locked before it."""
    return await session.get(Milestone, milestone_id, with_for_update=True, populate_existing=True)


async def list_milestones(session: AsyncSession, task_id: UUID) -> Sequence[Milestone]:
    """All milestones of a task in the order of their current deadlines."""
    of_task = select(Milestone).where(Milestone.task_id == task_id)
    return (await session.scalars(of_task.order_by(Milestone.current_deadline, Milestone.milestone_id))).all()


async def list_unreached(session: AsyncSession, task_ids: Collection[UUID], *, lapsed: bool) -> Sequence[Milestone]:
    """The milestones of these locked tasks that are not reached: those that lapsed, or those that are open."""
    had = Milestone.lapsed_at.is_not(None) if lapsed else Milestone.lapsed_at.is_(None)
    wanted = Milestone.task_id.in_(list(task_ids)), Milestone.reached_at.is_(None), had
    in_order = select(Milestone).where(*wanted).order_by(Milestone.milestone_id)
    return (await session.scalars(in_order.execution_options(populate_existing=True))).all()


async def list_left_open(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """Open milestones of tasks that are over, after the one named, in one order: each with its task."""
    wanted = Milestone.reached_at.is_(None), Milestone.lapsed_at.is_(None), Task.status.in_(OVER)
    left = select(Milestone.milestone_id, Milestone.task_id).join(Task, Task.task_id == Milestone.task_id)
    left = left.where(*wanted).order_by(Milestone.milestone_id).limit(limit)
    if after is not None:
        left = left.where(Milestone.milestone_id > after)
    return [(row[0], row[1]) for row in await session.execute(left)]


async def count_milestones(session: AsyncSession, task_id: UUID) -> int:
    """How many milestones a task has."""
    return (await session.scalars(select(func.count()).where(Milestone.task_id == task_id))).one()


async def has_evidence(session: AsyncSession, task_id: UUID, evidence_id: UUID) -> bool:
    """Whether the task has this piece of evidence."""
    found = select(Evidence.evidence_id).where(Evidence.task_id == task_id, Evidence.evidence_id == evidence_id)
    return (await session.scalars(found)).first() is not None
