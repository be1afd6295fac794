"""The entries of programme lists, counted in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.data_catalog.entry.models import Entry, computed_high, computed_unknown, readable_by


@dataclass(frozen=True, slots=True)
class Count:
    """Entries of one edition of a list, or of all its editions (None), that stand at one stage."""

    slug: str
    edition: str | None
    deployment_stage: str
    entries: int
    at_risk: int
    computed_risk: int
    either_risk: int
    risk_not_known: int
    demonstration: int


async def count_entries(session: AsyncSession, now: datetime) -> Sequence[Count]:
    """Public entries by list, edition and stage, and by list and stage: counted from the entries' rows.

    An entry counts once in each of its editions, and once in the list, whatever its kind and stage. What is retired is
    at no risk.
    """
    listing = func.jsonb_array_elements(Entry.lists).column_valued("listing", joins_implicitly=True)
    slug = func.jsonb_extract_path_text(listing, "list")
    edition = func.jsonb_extract_path_text(listing, "edition")
    entries = func.count(Entry.entry_id.distinct())
    stage = Entry.deployment_stage
    declared, computed = and_(Entry.risk == "high", stage != "retire"), computed_high(now)
    counted = select(
        slug,
        edition,
        stage,
        entries,
        entries.filter(declared),
        entries.filter(computed),
        entries.filter(or_(declared, computed)),
        entries.filter(computed_unknown()),
        entries.filter(Entry.demonstration),
    ).where(readable_by())
    grouped = counted.group_by(func.grouping_sets(tuple_(slug, edition, stage), tuple_(slug, stage)))
    return [Count(*row) for row in await session.execute(grouped)]
