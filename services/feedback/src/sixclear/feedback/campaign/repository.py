"""Copies of a campaign in the database: cases with the same folded words, by their keyed hash."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.feedback.answer.models import Answer
from sixclear.feedback.submission.models import Submission, reviewed_by_none


async def list_unanswered(
    session: AsyncSession, case: Submission, persons: Collection[str], limit: int
) -> Sequence[UUID]:
    """Copies of a case that its body has and has drafted nothing for, the oldest first; none that `persons` review."""
    return await _listed(session, case, [Submission.status == "assigned", *reviewed_by_none(persons)], limit)


async def list_drafted(
    session: AsyncSession, case: Submission, answer: Answer, persons: Collection[str], limit: int
) -> Sequence[UUID]:
    """Copies of a case in which a draft waits that may be this answer, as far as that stands in clear."""
    drafted = exists().where(
        Answer.submission_id == Submission.submission_id,
        Answer.published_at.is_(None),
        Answer.withdrawn_at.is_(None),
        Answer.drafted_by == answer.drafted_by,
        Answer.outcome == answer.outcome,
        Answer.responsible_organisation_id == answer.responsible_organisation_id,
    )
    waits = (Submission.status == "in_review", ~Submission.in_expert_review, drafted)
    return await _listed(session, case, [*waits, *reviewed_by_none(persons)], limit)


async def _listed(
    session: AsyncSession, case: Submission, conditions: Sequence[ColumnElement[bool]], limit: int
) -> Sequence[UUID]:
    if case.words_hash is None:
        return []
    copies = select(Submission.submission_id).where(
        Submission.words_hash == case.words_hash,
        Submission.organisation_id == case.organisation_id,
        Submission.submission_id != case.submission_id,
        *conditions,
    )
    ordered = copies.order_by(Submission.received_at, Submission.submission_id).limit(limit)
    return (await session.scalars(ordered)).all()
