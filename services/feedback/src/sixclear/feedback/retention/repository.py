"""Closed cases whose time may be over, in the database."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.feedback.sealing.models import WrappedKey
from sixclear.feedback.submission.models import Submission


async def lock_closed(
    session: AsyncSession, purposes: Collection[str], until: datetime, after: UUID | None, limit: int
) -> Sequence[Submission]:
    """The next cases that were closed until then and have keys for one of these purposes, locked; by identifier."""
    has_keys = select(WrappedKey.submission_id).where(
        WrappedKey.submission_id == Submission.submission_id, WrappedKey.purpose.in_(purposes)
    )
    closed = or_(
        and_(Submission.status == "answered", Submission.answered_at <= until),
        and_(Submission.status == "withdrawn", Submission.occurred_at <= until),
    )
    statement = select(Submission).where(closed, has_keys.exists())
    if after is not None:
        statement = statement.where(Submission.submission_id > after)
    locked = statement.order_by(Submission.submission_id).limit(limit).with_for_update(skip_locked=True)
    return (await session.scalars(locked)).all()
