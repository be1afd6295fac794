"""Milestones in the database."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.milestone.models import Milestone
from sixclear.tasks.task.models import Evidence


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


async def count_milestones(session: AsyncSession, task_id: UUID) -> int:
    """How many milestones a task has."""
    return (await session.scalars(select(func.count()).where(Milestone.task_id == task_id))).one()


async def has_evidence(session: AsyncSession, task_id: UUID, evidence_id: UUID) -> bool:
    """Whether the task has this piece of evidence."""
    found = select(Evidence.evidence_id).where(Evidence.task_id == task_id, Evidence.evidence_id == evidence_id)
    return (await session.scalars(found)).first() is not None
