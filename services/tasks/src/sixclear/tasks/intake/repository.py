"""What a file of tasks reads and locks in many tasks together."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction
from sqlalchemy.orm import selectinload

from sixclear.common.keys import folded_key
from sixclear.tasks.task.filters import keys_of
from sixclear.tasks.task.models import Task


async def lock_named(
    session: AsyncSession, own: UUID | None, keys: Collection[tuple[str, str]], task_ids: Collection[UUID]
) -> Sequence[Task]:
    """The tasks with these identifiers, and those that a body's own system may mean by these keys; their rows locked.

    Always in the same order, so that two files never deadlock.
    """
    # A process of the release before writes no form.
    forms = {folded_key(*key) for key in keys}
    sources = {source for source, _ in keys}
    unfolded = and_(Task.folded_key.is_(None), Task.source.in_(sources))
    keyed = and_(keys_of(own), or_(Task.folded_key.in_(forms), unfolded))
    statement = select(Task).where(or_(Task.task_id.in_(task_ids), keyed)).options(selectinload(Task.programme))
    return (await session.scalars(statement.order_by(Task.task_id).with_for_update())).all()


async def begin_item(session: AsyncSession) -> AsyncSessionTransaction:
    """A savepoint: what follows can be undone alone."""
    return await session.begin_nested()


async def undo(session: AsyncSession, savepoint: AsyncSessionTransaction, task: Task | None) -> None:
    """Undo what was done since the savepoint; the task, if it was known before, is as it was then."""
    await savepoint.rollback()
    if task is not None:
        await session.refresh(task)
