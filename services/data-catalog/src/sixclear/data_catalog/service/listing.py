"""What can be read: lists of entries, an entry's history, programme lists with their counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sixclear.common.events.log import StoredEvent
from sixclear.common.use_case import Context
from sixclear.data_catalog.errors import ListNotFound
from sixclear.data_catalog.models import Entry, ProgrammeList, ProgrammeListEdition
from sixclear.data_catalog.repository import entries as rows
from sixclear.data_catalog.repository import lists as list_rows
from sixclear.data_catalog.repository.entries import EntryFilter
from sixclear.data_catalog.repository.lists import Count
from sixclear.data_catalog.service.entries import get_entry

__all__ = ["EntryFilter", "Lists", "all_lists", "history", "list_entries"]


@dataclass(frozen=True, slots=True)
class Lists:
    """Every programme list, its editions, and the entries in them, counted by stage."""

    lists: Sequence[ProgrammeList]
    editions: Sequence[ProgrammeListEdition]
    counts: Sequence[Count]


async def list_entries(ctx: Context, narrow: EntryFilter, after: str | None, limit: int) -> Sequence[Entry]:
    """Entries in the order of their codes. Raises ListNotFound for a list that is not known."""
    if narrow.listed and not await list_rows.list_exists(ctx.session, narrow.listed):
        raise ListNotFound("No programme list has this slug; see them at /lists.")
    return await rows.list_entries(ctx.session, narrow, now=ctx.now, after=after, limit=limit)


async def history(ctx: Context, entry_id: UUID, before: int | None, limit: int) -> Sequence[StoredEvent]:
    """An entry's events, newest first; raises EntryNotFound."""
    await get_entry(ctx, entry_id)
    return await ctx.log.history(ctx.session, "entry", entry_id, before=before, limit=limit)


async def all_lists(ctx: Context) -> Lists:
    """The programme lists with what is counted from the entries' rows."""
    return Lists(
        await list_rows.list_lists(ctx.session),
        await list_rows.list_editions(ctx.session),
        await list_rows.count_entries(ctx.session),
    )
