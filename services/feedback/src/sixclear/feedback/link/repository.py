"""Links in the database."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.feedback.link.models import CaseLink


async def find_link(session: AsyncSession, one: UUID, other: UUID) -> CaseLink | None:
    """What was decided of two cases, in whatever order they are named."""
    return await session.get(CaseLink, pair(one, other))


def pair(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    """Two cases as a row names them: by the order of PostgreSQL, which is that of their bytes."""
    return (one, other) if one.bytes < other.bytes else (other, one)


async def list_links(session: AsyncSession, case_id: UUID, limit: int) -> Sequence[CaseLink]:
    """What was decided of a case, newest first."""
    of_case = or_(CaseLink.one_id == case_id, CaseLink.other_id == case_id)
    ordered = select(CaseLink).where(of_case).order_by(CaseLink.decided_at.desc(), CaseLink.one_id, CaseLink.other_id)
    return (await session.scalars(ordered.limit(limit))).all()


async def count_linked(session: AsyncSession, case_id: UUID) -> int:
    """With how many cases a case is linked."""
    of_case = or_(CaseLink.one_id == case_id, CaseLink.other_id == case_id)
    counted = select(func.count()).select_from(CaseLink).where(of_case, CaseLink.decision == "linked")
    return await session.scalar(counted) or 0


async def decisions_among(session: AsyncSession, case_id: UUID, others: Collection[UUID]) -> dict[UUID, str]:
    """What was decided of a case and each of these others; those without a decision are left out."""
    pairs = or_(
        and_(CaseLink.one_id == case_id, CaseLink.other_id.in_(others)),
        and_(CaseLink.other_id == case_id, CaseLink.one_id.in_(others)),
    )
    rows = await session.scalars(select(CaseLink).where(pairs))
    return {row.other_id if row.one_id == case_id else row.one_id: row.decision for row in rows}
