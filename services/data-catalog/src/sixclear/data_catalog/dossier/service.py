"""Dossiers: one, and those that are asked for, as far as the caller may know of their entries."""

from collections.abc import Sequence
from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.data_catalog.document import service as documents
from sixclear.data_catalog.dossier import repository
from sixclear.data_catalog.dossier.repository import DossierFilter
from sixclear.data_catalog.dossier.responses import Dossier, dossier_response, named_in
from sixclear.data_catalog.dossier.schemas import DossierView
from sixclear.data_catalog.entry import service as entries
from sixclear.data_catalog.entry.access import reader_of
from sixclear.data_catalog.entry.models import Entry
from sixclear.data_catalog.organisation import service as organisations
from sixclear.data_catalog.programme_list import service as programme_lists


async def get_dossier(ctx: Context, entry_id: UUID) -> DossierView:
    """The dossier of this entry. Raises EntryNotFound, also for one of which the caller may not know."""
    entry = await entries.get_entry(ctx, entry_id)
    (view,) = await shown(ctx, [entry])
    return view


async def list_entries(
    ctx: Context, narrow: DossierFilter, after: tuple[str, UUID] | None, limit: int
) -> Sequence[Entry]:
    """The entries whose dossiers are asked for, by code. Raises ListNotFound for an unknown list."""
    if narrow.listed:
        await programme_lists.require_list(ctx, narrow.listed)
    return await repository.list_entries(ctx.session, await reader_of(ctx), narrow, after, limit)


async def count_all(ctx: Context, narrow: DossierFilter) -> tuple[int, int]:
    """How many dossiers the caller's list has, and of how many owners."""
    return await repository.count_all(ctx.session, await reader_of(ctx), narrow)


async def shown(ctx: Context, found: Sequence[Entry]) -> list[DossierView]:
    """The dossiers of these entries as they are now; two statements for all of them."""
    kept = await documents.dossiers(ctx, [entry.entry_id for entry in found])
    dossiers = [Dossier(entry, kept.get(entry.entry_id, ())) for entry in found]
    names = await organisations.briefs(ctx, named_in(dossiers))
    return [dossier_response(dossier, names, ctx.now) for dossier in dossiers]
