"""The entries of programme lists, counted in the database."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.census import CensusCount
from sixclear.data_catalog.entry.models import Entry, readable_by


async def count_entries(session: AsyncSession) -> list[CensusCount]:
    """Public entries by programme list and stage, each once in a list."""
    listing = func.jsonb_array_elements(Entry.lists).column_valued("listing", joins_implicitly=True)
    slug, stage = func.jsonb_extract_path_text(listing, "list"), Entry.deployment_stage
    counted = select(slug, stage, func.count(Entry.entry_id.distinct())).where(readable_by())
    statement = counted.group_by(slug, stage)
    return [CensusCount(group=row[0], state=row[1], count=row[2]) for row in await session.execute(statement)]
