"""Reviews in the database. What an expert may see is said here, in each statement, and by default it is nothing."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from sixclear.common.counting import count_up_to
from sixclear.feedback.review.lifecycle import OPEN
from sixclear.feedback.review.models import ComparedHouse, Review, ReviewDecision, ReviewMessage

_NEWEST_DECISIONS = 20


# For the bodies that handle a case: their folder has made sure that they do.


async def list_reviews(session: AsyncSession, submission_id: UUID) -> Sequence[Review]:
    """Every review of a case by label; a rule limits how many there are."""
    statement = select(Review).where(Review.submission_id == submission_id)
    return (await session.scalars(statement.order_by(Review.label))).all()


async def list_messages(session: AsyncSession, submission_id: UUID) -> Sequence[ReviewMessage]:
    """The discussion, oldest first; a rule limits how long it is."""
    statement = select(ReviewMessage).where(ReviewMessage.submission_id == submission_id)
    return (await session.scalars(statement.order_by(ReviewMessage.number))).all()


async def count_messages(session: AsyncSession, submission_id: UUID) -> int:
    """How many messages the discussion has."""
    counted = select(func.count()).select_from(ReviewMessage).where(ReviewMessage.submission_id == submission_id)
    return await session.scalar(counted) or 0


async def list_decisions(session: AsyncSession, submission_id: UUID) -> Sequence[ReviewDecision]:
    """The newest decisions and drafts of a case, newest first."""
    statement = select(ReviewDecision).where(ReviewDecision.submission_id == submission_id)
    later = ReviewDecision.number.desc().nulls_last(), ReviewDecision.decision_id.desc()
    newest = statement.order_by(ReviewDecision.drafted_at.desc(), *later)
    return (await session.scalars(newest.limit(_NEWEST_DECISIONS))).all()


def next_number(submission_id: UUID) -> Any:
    """The number of the next decision on a case, whose row is locked, counted while it is added."""
    of_case = ReviewDecision.submission_id == submission_id
    return select(func.count() + 1).select_from(ReviewDecision).where(of_case).scalar_subquery()


async def find_decision(session: AsyncSession, submission_id: UUID, decision_id: UUID) -> ReviewDecision | None:
    """One decision on the reviews of one case."""
    named = ReviewDecision.decision_id == decision_id, ReviewDecision.submission_id == submission_id
    return await session.scalar(select(ReviewDecision).where(*named))


async def withdraw_drafts(session: AsyncSession, submission_id: UUID, withdrawn_at: datetime) -> None:
    """Withdraw what was drafted and not confirmed; the row of the case is locked."""
    drafts = update(ReviewDecision).where(ReviewDecision.submission_id == submission_id)
    waiting = drafts.where(ReviewDecision.confirmed_at.is_(None), ReviewDecision.withdrawn_at.is_(None))
    await session.execute(waiting.values(withdrawn_at=withdrawn_at))


async def compared_houses(session: AsyncSession, submission_id: UUID) -> set[bytes]:
    """The mail houses, entered late, that were compared with that of a case's sender; a rule limits how many."""
    statement = select(ComparedHouse.house_hash).where(ComparedHouse.submission_id == submission_id)
    return set((await session.scalars(statement)).all())


async def count_open(session: AsyncSession, reviewer_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many reviews are open with each of these experts; those with none are left out."""
    still = Review.reviewer_id.in_(reviewer_ids), Review.status.in_(OPEN)
    rows = await session.execute(select(Review.reviewer_id, func.count()).where(*still).group_by(Review.reviewer_id))
    return {row[0]: row[1] for row in rows}


# For one expert: each statement names the expert, and reads no row of another one unless the own review is given.


def _own(reviewer_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return Review.reviewer_id == reviewer_id, Review.status != "withdrawn"


async def list_own(
    session: AsyncSession,
    reviewer_id: UUID,
    status: str | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Review]:
    """The expert's own reviews by due time, soonest first; one that was taken back is not among them."""
    statement = select(Review).where(*_own(reviewer_id), *_narrowed(status))
    if after:
        due_at, review_id = after
        later = (Review.due_at > due_at) | ((Review.due_at == due_at) & (Review.review_id > review_id))
        statement = statement.where(later)
    return (await session.scalars(statement.order_by(Review.due_at, Review.review_id).limit(limit))).all()


async def count_own(session: AsyncSession, reviewer_id: UUID, status: str | None) -> int:
    """How many reviews that list has, as `count_up_to` says it."""
    return await count_up_to(session, select(Review.review_id).where(*_own(reviewer_id), *_narrowed(status)))


def _narrowed(status: str | None) -> tuple[ColumnElement[bool], ...]:
    return (Review.status == status,) if status else ()


async def find_own(session: AsyncSession, reviewer_id: UUID, review_id: UUID) -> Review | None:
    """One of the expert's own reviews."""
    return await session.scalar(select(Review).where(Review.review_id == review_id, *_own(reviewer_id)))


async def list_others(session: AsyncSession, reviewer_id: UUID, review_id: UUID) -> Sequence[Review]:
    """The other given reviews of the case, by label; none before the expert's own one is given."""
    own, other = aliased(Review), aliased(Review)
    together = other.submission_id == own.submission_id, other.review_id != own.review_id
    statement = select(other).join(own, (together[0]) & (together[1]))
    given = own.review_id == review_id, own.reviewer_id == reviewer_id, own.status == "given", other.status == "given"
    return (await session.scalars(statement.where(*given).order_by(other.label))).all()


async def list_discussion(session: AsyncSession, reviewer_id: UUID, review_id: UUID) -> Sequence[ReviewMessage]:
    """The discussion on the case, oldest first; nothing before the expert's own review is given."""
    own = exists().where(
        Review.review_id == review_id,
        Review.reviewer_id == reviewer_id,
        Review.status == "given",
        Review.submission_id == ReviewMessage.submission_id,
    )
    return (await session.scalars(select(ReviewMessage).where(own).order_by(ReviewMessage.number))).all()


async def find_decided(session: AsyncSession, reviewer_id: UUID, review_id: UUID) -> ReviewDecision | None:
    """What was decided on the case last, and confirmed; nothing where the expert gave no review of it."""
    joined = select(ReviewDecision).join(Review, Review.submission_id == ReviewDecision.submission_id)
    own = Review.review_id == review_id, Review.reviewer_id == reviewer_id, Review.status == "given"
    confirmed = joined.where(*own, ReviewDecision.confirmed_at.is_not(None))
    newest = ReviewDecision.confirmed_at.desc(), ReviewDecision.number.desc().nulls_last()
    return await session.scalar(confirmed.order_by(*newest).limit(1))
