"""Templates of answers in the database."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.feedback.answer_template.models import AnswerTemplate


async def of_bodies(session: AsyncSession, bodies: set[UUID]) -> Sequence[AnswerTemplate]:
    """All templates that ship, and those of some bodies, retired ones too; each body has a hundred at most."""
    named = or_(AnswerTemplate.organisation_id.is_(None), AnswerTemplate.organisation_id.in_(bodies))
    return (await session.scalars(select(AnswerTemplate).where(named).order_by(AnswerTemplate.template_id))).all()


async def list_offered(
    session: AsyncSession, body: UUID, *, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[AnswerTemplate]:
    """The templates that are offered to a body, oldest first."""
    named = or_(AnswerTemplate.organisation_id.is_(None), AnswerTemplate.organisation_id == body)
    key = tuple_(AnswerTemplate.written_at, AnswerTemplate.template_id)
    statement = select(AnswerTemplate).where(named, AnswerTemplate.retired_at.is_(None))
    if after:
        statement = statement.where(key > tuple_(*after))
    ordered = statement.order_by(AnswerTemplate.written_at, AnswerTemplate.template_id).limit(limit)
    return (await session.scalars(ordered)).all()


async def count_of(session: AsyncSession, body: UUID) -> int:
    """How many templates a body has, retired ones too."""
    counted = select(func.count()).select_from(AnswerTemplate).where(AnswerTemplate.organisation_id == body)
    return await session.scalar(counted) or 0


async def lock_own(session: AsyncSession, template_id: UUID, body: UUID) -> AnswerTemplate | None:
    """A template of a body, its row locked."""
    statement = select(AnswerTemplate).where(
        AnswerTemplate.template_id == template_id, AnswerTemplate.organisation_id == body
    )
    return await session.scalar(statement.with_for_update())
