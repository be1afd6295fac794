"""Comments in the database."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.comment.models import Comment

_NEWEST_FIRST = Comment.commented_at.desc(), Comment.comment_id.desc()


async def find_comment(session: AsyncSession, comment_id: UUID) -> Comment | None:
    """The comment with this identifier."""
    return await session.get(Comment, comment_id)


async def lock_comment(session: AsyncSession, comment_id: UUID) -> Comment | None:
    """The comment as it is now, its row locked; its task was locked before it."""
    return await session.get(Comment, comment_id, with_for_update=True, populate_existing=True)


async def newest_of(session: AsyncSession, task_id: UUID, organisation_id: UUID) -> Comment | None:
    """What a body said last of a task."""
    own = select(Comment).where(Comment.task_id == task_id, Comment.commented_by_organisation_id == organisation_id)
    return (await session.scalars(own.order_by(*_NEWEST_FIRST).limit(1))).first()


async def count_comments(session: AsyncSession, task_id: UUID) -> int:
    """How many comments a task has."""
    return (await session.scalars(select(func.count()).where(Comment.task_id == task_id))).one()


async def list_comments(
    session: AsyncSession, task_id: UUID, *, hidden: bool, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Comment]:
    """Comments on a task, newest first, after the cursor; with `hidden` also those that are not public."""
    found = select(Comment).where(Comment.task_id == task_id)
    if not hidden:
        found = found.where(Comment.hidden.is_(False))
    if before is not None:
        found = found.where(tuple_(Comment.commented_at, Comment.comment_id) < tuple_(*before))
    return (await session.scalars(found.order_by(*_NEWEST_FIRST).limit(limit))).all()
