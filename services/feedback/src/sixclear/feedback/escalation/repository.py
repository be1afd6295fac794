"""Escalations in the database."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.feedback.escalation.models import Escalation
from sixclear.feedback.submission.models import Submission, reviewed_by_none

_KEY = (Escalation.escalated_at, Escalation.submission_id, Escalation.rung)


async def list_escalations(
    session: AsyncSession,
    of_body: UUID | None,
    persons: Collection[str],
    rung: str | None,
    *,
    open_only: bool | None,
    after: tuple[datetime, UUID, str] | None,
    limit: int,
) -> Sequence[tuple[Escalation, Submission]]:
    """Escalations to a body with their cases, oldest first, after the cursor; all when `of_body` is None.

    None of a case that `persons` review.
    """
    conditions: list[ColumnElement[bool]] = reviewed_by_none(persons)
    if of_body is not None:
        conditions.append(Escalation.organisation_id == of_body)
    if rung is not None:
        conditions.append(Escalation.rung == rung)
    if open_only is not None:
        closed = Submission.status.in_(("answered", "withdrawn"))
        conditions.append(~closed if open_only else closed)
    if after is not None:
        conditions.append(tuple_(*_KEY) > tuple_(*after))
    joined = select(Escalation, Submission).join(Submission, Submission.submission_id == Escalation.submission_id)
    rows = await session.execute(joined.where(*conditions).order_by(*_KEY).limit(limit))
    return [(escalation, submission) for escalation, submission in rows]
