"""Answers in the database."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.feedback.answer.models import Answer, Promise


async def list_answers(session: AsyncSession, submission_id: UUID) -> Sequence[Answer]:
    """A submission's drafts and its published answer, oldest first."""
    statement = select(Answer).where(Answer.submission_id == submission_id)
    oldest = Answer.drafted_at, Answer.submission_version.nulls_first(), Answer.answer_id
    return (await session.scalars(statement.order_by(*oldest))).all()


async def find_answer(session: AsyncSession, submission_id: UUID, answer_id: UUID) -> Answer | None:
    """One answer of one submission."""
    statement = select(Answer).where(Answer.answer_id == answer_id, Answer.submission_id == submission_id)
    return await session.scalar(statement)


async def withdraw_drafts(session: AsyncSession, submission_id: UUID, withdrawn_at: datetime) -> None:
    """Withdraw the answers of a submission that were drafted and not published; its row is locked already."""
    drafts = update(Answer).where(Answer.submission_id == submission_id, Answer.published_at.is_(None))
    await session.execute(drafts.where(Answer.withdrawn_at.is_(None)).values(withdrawn_at=withdrawn_at))


async def forget_campaign(session: AsyncSession, submission_id: UUID) -> None:
    """Forget with which other cases the answers of a submission were drafted; its row is locked already."""
    drafted = update(Answer).where(Answer.submission_id == submission_id, Answer.campaign_id.is_not(None))
    await session.execute(drafted.values(campaign_id=None))


async def take_back_schedule(session: AsyncSession, submission_id: UUID) -> None:
    """Let no answer of a submission go out by its schedule; its row is locked already."""
    waiting = update(Answer).where(Answer.submission_id == submission_id, Answer.published_at.is_(None))
    cleared = {"publish_at": None, "published_by": None, "published_person": None, "published_position": None}
    await session.execute(waiting.where(Answer.publish_at.is_not(None)).values(**cleared))


async def list_scheduled(session: AsyncSession, until: datetime, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """Submission and answer of what is to go out by an instant, oldest first."""
    due = Answer.publish_at <= until, Answer.published_at.is_(None), Answer.withdrawn_at.is_(None)
    statement = select(Answer.submission_id, Answer.answer_id).where(*due).order_by(Answer.publish_at).limit(limit)
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def list_promises(session: AsyncSession, answer_ids: Collection[UUID]) -> Sequence[Promise]:
    """The steps that these answers promise, in their order."""
    if not answer_ids:
        return []
    statement = select(Promise).where(Promise.answer_id.in_(answer_ids))
    return (await session.scalars(statement.order_by(Promise.answer_id, Promise.place))).all()


async def find_promise(session: AsyncSession, submission_id: UUID, promise_id: UUID) -> Promise | None:
    """A step that a published answer of a submission promises."""
    published = select(Answer.answer_id).where(Answer.submission_id == submission_id, Answer.published_at.is_not(None))
    statement = select(Promise).where(Promise.promise_id == promise_id, Promise.answer_id.in_(published))
    return await session.scalar(statement)
