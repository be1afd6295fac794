"""What was learnt last."""

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.ledger import repository
from sixclear.monitoring.ledger.schemas import Change


async def recent_changes(session: AsyncSession, *, after: int = 0, limit: int) -> list[Change]:
    """What was learnt last, newest first."""
    rows = await repository.list_changes(session, after=after, limit=limit)
    return [Change(**row._mapping) for row in rows]


async def withdrawn_since(session: AsyncSession, after: int) -> bool:
    """Whether something was taken out of the view after a sequence number, by any replica."""
    return await repository.withdrawn_since(session, after)
