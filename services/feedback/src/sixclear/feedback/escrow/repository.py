"""Records of escrow keys in the database."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.feedback.escrow.models import EscrowDestruction


async def find(session: AsyncSession, period: str) -> EscrowDestruction | None:
    """The record of a month."""
    return await session.get(EscrowDestruction, period)


async def list_records(session: AsyncSession, after: str | None, limit: int) -> Sequence[EscrowDestruction]:
    """Records, the newest month first, after the cursor."""
    statement = select(EscrowDestruction)
    if after is not None:
        statement = statement.where(EscrowDestruction.period < after)
    return (await session.scalars(statement.order_by(EscrowDestruction.period.desc()).limit(limit))).all()
