"""Answers in the database."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.feedback.answer.models import Answer


async def list_answers(session: AsyncSession, submission_id: UUID) -> Sequence[Answer]:
    """A submission's drafts and its published answer, oldest first."""
    statement = select(Answer).where(Answer.submission_id == submission_id)
    return (await session.scalars(statement.order_by(Answer.drafted_at, Answer.answer_id))).all()


async def find_answer(session: AsyncSession, submission_id: UUID, answer_id: UUID) -> Answer | None:
    """One answer of one submission."""
    statement = select(Answer).where(Answer.answer_id == answer_id, Answer.submission_id == submission_id)
    return await session.scalar(statement)


async def withdraw_drafts(session: AsyncSession, submission_id: UUID, withdrawn_at: datetime) -> None:
    """Withdraw the answers of a submission that were drafted and not published; its row is locked already."""
    drafts = update(Answer).where(Answer.submission_id == submission_id, Answer.published_at.is_(None))
    await session.execute(drafts.where(Answer.withdrawn_at.is_(None)).values(withdrawn_at=withdrawn_at))
