"""The tree of organisations in the database."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.feedback.organisation.models import Organisation

# Bodies stand five deep at most.
_DEEPEST = 20


async def tops(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The topmost body above each of these, itself where none is above it, with one statement; unknown: left out.

    A body that ended stands below its successor, so parents follow mergers. The walk ends after `_DEEPEST` steps: a
    circle, which two events told out of order can make for a moment, has no top and is left out.
    """
    start = select(
        Organisation.entity_id.label("start"), Organisation.entity_id, Organisation.parent_id, literal(0).label("steps")
    )
    walk = start.where(Organisation.entity_id.in_(set(ids))).cte("walk", recursive=True)
    above = select(walk.c.start, Organisation.entity_id, Organisation.parent_id, walk.c.steps + 1)
    walk = walk.union_all(above.where(Organisation.entity_id == walk.c.parent_id, walk.c.steps < _DEEPEST))
    rows = await session.execute(select(walk.c.start, walk.c.entity_id).where(walk.c.parent_id.is_(None)))
    return {row.start: row.entity_id for row in rows}
