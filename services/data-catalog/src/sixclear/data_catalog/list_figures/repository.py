"""The entries of programme lists, counted in the database."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.data_catalog.entry.models import Entry, readable_by


@dataclass(frozen=True, slots=True)
class Count:
    """Entries of one edition of a list, or of all its editions (None), that stand at one stage."""

    slug: str
    edition: str | None
    deployment_stage: str
    entries: int
    at_risk: int
    demonstration: int


async def count_entries(session: AsyncSession) -> Sequence[Count]:
    """Public entries by list, edition and stage, and by list and stage: counted from the entries' rows.

    An entry counts once in each of its editions, and once in the list, whatever its kind and stage. What is retired is
    at no risk.
    """
    listing = func.jsonb_array_elements(Entry.lists).column_valued("listing", joins_implicitly=True)
    slug = func.jsonb_extract_path_text(listing, "list")
    edition = func.jsonb_extract_path_text(listing, "edition")
    entries = func.count(Entry.entry_id.distinct())
    stage = Entry.deployment_stage
    counted = select(
        slug,
        edition,
        stage,
        entries,
        entries.filter(Entry.risk == "high", stage != "retire"),
        entries.filter(Entry.demonstration),
    ).where(readable_by())
    grouped = counted.group_by(func.grouping_sets(tuple_(slug, edition, stage), tuple_(slug, stage)))
    return [Count(*row) for row in await session.execute(grouped)]
