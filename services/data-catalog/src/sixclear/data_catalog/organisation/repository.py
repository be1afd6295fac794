"""The tree of organisations in the database."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.data_catalog.organisation.models import Organisation

# Bodies stand five deep at most; a circle, which two events told out of order can make for a moment, ends here too.
_DEEPEST = 20


async def within(session: AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    """These bodies with all that stand below them, with one statement."""
    start = select(Organisation.entity_id, literal(0).label("steps")).where(Organisation.entity_id.in_(ids))
    walk = start.cte("walk", recursive=True)
    below = select(Organisation.entity_id, walk.c.steps + 1).where(
        Organisation.parent_id == walk.c.entity_id, walk.c.steps < _DEEPEST
    )
    walk = walk.union(below)
    return set(ids) | set(await session.scalars(select(walk.c.entity_id)))
