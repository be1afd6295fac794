"""Copies of a campaign in the database: cases with the same folded words, by their keyed hash."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from sixclear.feedback.answer.models import Answer
from sixclear.feedback.submission.models import Submission, reviewed_by_none

# Which cases of a campaign wait for something.
Waits = Sequence[ColumnElement[bool]]
# When a copy was received, and its identifier.
Place = tuple[datetime, UUID]
_OWN = Answer.submission_id == Submission.submission_id
_PENDING = (Answer.published_at.is_(None), Answer.withdrawn_at.is_(None))


def unanswered(answer: Answer, persons: Collection[str]) -> Waits:
    """Copies for which nothing is drafted, or the drafter of this answer drafted another one for all copies.

    None that `persons` review, and none whose answer goes out by a schedule.
    """
    here = exists().where(_OWN, Answer.campaign_id == answer.campaign_id)
    drafter = (
        Answer.drafted_by == answer.drafted_by,
        Answer.drafted_person.is_not_distinct_from(answer.drafted_person),
        Answer.drafted_position.is_not_distinct_from(answer.drafted_position),
    )
    before = exists().where(
        _OWN, *_PENDING, *drafter, Answer.publish_at.is_(None), Answer.campaign_id.is_not(None), _newest()
    )
    replaced = and_(Submission.status == "in_review", ~here, before)
    return [or_(Submission.status == "assigned", replaced), *reviewed_by_none(persons)]


def drafted(answer: Answer, persons: Collection[str]) -> Waits:
    """Copies in which the draft waits that was written with this answer; none that experts or `persons` review."""
    waits = exists().where(_OWN, *_PENDING, Answer.campaign_id == answer.campaign_id, _newest())
    return [Submission.status == "in_review", ~Submission.in_expert_review, waits, *reviewed_by_none(persons)]


def _newest() -> ColumnElement[bool]:
    """No draft came after this one. Of one hour, which is all that an anonymous case keeps, the version tells.

    Where a release before wrote both, and no version, none to its case alone was drafted in that hour.
    """
    other = aliased(Answer)
    unknown = and_(other.submission_version.is_(None), Answer.submission_version.is_(None))
    above = func.coalesce(other.submission_version, 0) > func.coalesce(Answer.submission_version, 0)
    later = or_(
        other.drafted_at > Answer.drafted_at,
        and_(other.drafted_at == Answer.drafted_at, or_(above, and_(unknown, other.campaign_id.is_(None)))),
    )
    return ~exists().where(other.submission_id == Answer.submission_id, other.answer_id != Answer.answer_id, later)


async def list_copies(
    session: AsyncSession, case: Submission, waits: Waits, *, after: Place, limit: int
) -> Sequence[Place]:
    """So many copies of a case that its body has and that wait for this, the oldest first, those behind `after`."""
    place = Submission.received_at, Submission.submission_id
    copies = select(*place).where(*_copies(case), *waits, tuple_(*place) > tuple_(*after))
    return [(row[0], row[1]) for row in await session.execute(copies.order_by(*place).limit(limit))]


async def still_wait(
    session: AsyncSession, case: Submission, waits: Waits, submission_ids: Collection[UUID]
) -> Collection[UUID]:
    """Those of these submissions, whose rows are locked, that are such copies still."""
    named = Submission.submission_id.in_(submission_ids)
    return set(await session.scalars(select(Submission.submission_id).where(named, *_copies(case), *waits)))


def _copies(case: Submission) -> Waits:
    return [
        Submission.words_hash == case.words_hash,
        Submission.organisation_id == case.organisation_id,
        Submission.submission_id != case.submission_id,
    ]


async def find_draft(session: AsyncSession, submission_id: UUID, campaign_id: UUID) -> Answer | None:
    """The draft of a case that was written with the others of this campaign."""
    found = select(Answer).where(Answer.submission_id == submission_id, Answer.campaign_id == campaign_id, *_PENDING)
    newest = Answer.drafted_at.desc(), Answer.submission_version.desc().nulls_last(), Answer.answer_id.desc()
    return await session.scalar(found.order_by(*newest).limit(1))
