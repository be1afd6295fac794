"""What rows of imports find, and how a row is undone."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction

from sixclear.common.keys import folded_key
from sixclear.tasks.task.filters import has_part, keys_of
from sixclear.tasks.task.models import Task

# More than one is ambiguous, however many there are.
_LOOKED_AT = 2


async def task_ids_of(session: AsyncSession, own: UUID, source: str, external_id: str) -> Sequence[UUID]:
    """Tasks in which a body has a part, or whose key is its own, that have this key; two at most."""
    known = Task.folded_key == folded_key(source, external_id)
    spelled = (Task.source == source) & (Task.external_id == external_id)
    statement = select(Task.task_id).where(or_(known, spelled), or_(has_part(own), keys_of(own)))
    return (await session.scalars(statement.order_by(Task.task_id).limit(_LOOKED_AT))).all()


async def begin_row(session: AsyncSession) -> AsyncSessionTransaction:
    """A savepoint: what follows can be undone alone."""
    return await session.begin_nested()


async def undo(savepoint: AsyncSessionTransaction) -> None:
    """Undo what was done since the savepoint; what was read of rows before is read again."""
    await savepoint.rollback()
