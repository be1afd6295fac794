"""Reopenings and appeals in the database."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.feedback.appeal.models import Appeal, Reopening
from sixclear.feedback.submission.models import Submission, reviewed_by_none


async def find_reopening(session: AsyncSession, submission_id: UUID) -> Reopening | None:
    """That a case was opened again."""
    return await session.get(Reopening, submission_id)


async def list_of_case(session: AsyncSession, submission_id: UUID) -> Sequence[Appeal]:
    """The appeals of a case, the first level first; two at most."""
    statement = select(Appeal).where(Appeal.submission_id == submission_id)
    return (await session.scalars(statement.order_by(Appeal.level))).all()


async def find_appeal(session: AsyncSession, appeal_id: UUID) -> Appeal | None:
    """An appeal; its case is locked next, and its row is read after that."""
    return await session.get(Appeal, appeal_id)


async def list_appeals(
    session: AsyncSession,
    body: UUID,
    persons: Collection[str],
    *,
    decided: bool | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Appeal]:
    """The appeals that a body decides on, by their due time; none in a case that `persons` review."""
    joined = select(Appeal).join(Submission, Submission.submission_id == Appeal.submission_id)
    statement = joined.where(Appeal.organisation_id == body, *reviewed_by_none(persons))
    if decided is not None:
        statement = statement.where(Appeal.decided_at.is_not(None) if decided else Appeal.decided_at.is_(None))
    if after:
        statement = statement.where(tuple_(Appeal.due_at, Appeal.appeal_id) > tuple_(*after))
    return (await session.scalars(statement.order_by(Appeal.due_at, Appeal.appeal_id).limit(limit))).all()
