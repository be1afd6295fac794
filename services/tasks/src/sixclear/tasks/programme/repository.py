"""Programmes in the database."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.programme.models import Programme


async def find_programme(session: AsyncSession, slug: str, *, lock: bool = False) -> Programme | None:
    """The programme with this slug; its row locked when it is about to change."""
    statement = select(Programme).where(Programme.slug == slug)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def list_programmes(session: AsyncSession, *, after: str | None, limit: int) -> Sequence[Programme]:
    """Programmes in the order of their slugs, after the cursor."""
    statement = select(Programme).order_by(Programme.slug).limit(limit)
    if after is not None:
        statement = statement.where(Programme.slug > after)
    return (await session.scalars(statement)).all()
