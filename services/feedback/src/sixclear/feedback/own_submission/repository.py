"""What bodies sent for themselves, in the database."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.counting import count_up_to
from sixclear.feedback.submission.models import Submission


async def list_sent(
    session: AsyncSession,
    organisation_id: UUID,
    status: str | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Submission]:
    """What the body sent, newest first, after the cursor."""
    key = tuple_(Submission.received_at, Submission.submission_id)
    statement = select(Submission).where(*_sent(organisation_id, status))
    if before:
        statement = statement.where(key < tuple_(*before))
    ordered = statement.order_by(Submission.received_at.desc(), Submission.submission_id.desc())
    return (await session.scalars(ordered.limit(limit))).all()


async def count_sent(session: AsyncSession, organisation_id: UUID, status: str | None) -> int:
    """How many that list has, as `count_up_to` says it."""
    return await count_up_to(session, select(Submission.submission_id).where(*_sent(organisation_id, status)))


def _sent(organisation_id: UUID, status: str | None) -> list[ColumnElement[bool]]:
    sent = [Submission.sender_organisation_id == organisation_id]
    return [*sent, Submission.status == status] if status else sent


async def find_submission(session: AsyncSession, submission_id: UUID) -> Submission | None:
    """The submission with this identifier."""
    return await session.get(Submission, submission_id)
