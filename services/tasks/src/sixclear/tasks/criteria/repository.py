"""Sets of criteria in the database."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.criteria.models import CriteriaSet


async def find_criteria(session: AsyncSession, code: str, edition: int | None = None) -> CriteriaSet | None:
    """The set with this code: in this edition, else in the newest one."""
    statement = select(CriteriaSet).where(CriteriaSet.code == code)
    if edition is not None:
        statement = statement.where(CriteriaSet.edition == edition)
    return await session.scalar(statement.order_by(CriteriaSet.edition.desc()).limit(1))


async def list_criteria(
    session: AsyncSession, programme_id: UUID | None, *, after: tuple[str, int] | None, limit: int
) -> Sequence[CriteriaSet]:
    """Sets in the order of their codes, the newest edition first, after the cursor."""
    statement = select(CriteriaSet).order_by(CriteriaSet.code, CriteriaSet.edition.desc()).limit(limit)
    if programme_id is not None:
        statement = statement.where(CriteriaSet.programme_id == programme_id)
    if after is not None:
        code, edition = after
        earlier = (CriteriaSet.code == code) & (CriteriaSet.edition < edition)
        statement = statement.where((CriteriaSet.code > code) | earlier)
    return (await session.scalars(statement)).all()
