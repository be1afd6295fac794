"""How many rows a list has, counted up to a limit: a whole count of a large table takes longer than a page of it."""

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

MOST_COUNTED = 10_000


async def count_up_to(session: AsyncSession, found: Select[*tuple[Any, ...]], most: int = MOST_COUNTED) -> int:
    """How many rows the statement finds; where there are more than `most`, one more than that."""
    return await session.scalar(select(func.count()).select_from(found.limit(most + 1).subquery())) or 0
