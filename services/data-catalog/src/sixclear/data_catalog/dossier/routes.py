"""Dossiers as data: a list with names and reasons, and one dossier."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from sixclear.common.calendar import calendar
from sixclear.common.use_case import ReferenceUnknown
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.references import Reference
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.texts import Lookup
from sixclear.common.web.use_cases import ContextDep
from sixclear.data_catalog.dossier import service
from sixclear.data_catalog.dossier.repository import DossierFilter
from sixclear.data_catalog.dossier.schemas import DossierPage, DossierView
from sixclear.data_catalog.entry import access
from sixclear.data_catalog.entry.errors import EntryNotFound
from sixclear.data_catalog.entry.reading import worded
from sixclear.data_catalog.entry.schemas import Kind, RegistrationStatus
from sixclear.data_catalog.organisation import service as organisations
from sixclear.data_catalog.programme_list.errors import ListNotFound

router = APIRouter(route_class=TransactionalRoute, tags=["registration"])

PUBLIC = Depends(access.PUBLIC)
READ = Depends(access.READ)


@router.get(
    "/own/dossiers",
    operation_id="listOwnDossiers",
    dependencies=[READ],
    responses=problem_responses(ListNotFound, ReferenceUnknown),
)
@router.get(
    "/dossiers",
    operation_id="listDossiers",
    dependencies=[PUBLIC],
    responses=problem_responses(ListNotFound, ReferenceUnknown),
)
async def list_dossiers(
    ctx: ContextDep,
    waiting: Annotated[
        bool | None,
        Query(
            description="true: handed in, not approved and not retired, as monitoring counts `registered_not_approved`."
        ),
    ] = None,
    registration: RegistrationStatus | None = None,
    kind: Kind | None = None,
    owner: Annotated[
        Reference | None, Query(description="Identifier or any code of the organisation that owns the entry.")
    ] = None,
    listed: Annotated[Lookup | None, Query(alias="list", description="Slug of a programme list.")] = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> DossierPage:
    """Registrations with names: whose turn it is, why each is not approved, and what is missing since when.

    `?waiting=true&kind=database` are the databases that are registered and not approved; `total` and `organisations`
    count them and their owners. Below `/own` also those of entries that are not public, as far as the caller may know
    of them.
    """
    narrow = DossierFilter(waiting, registration, kind, await organisations.meant(ctx, "owner", owner), listed)
    # The totals in a cursor were counted for this reader.
    context = f"{narrow!r} {worded(await access.reader_of(ctx))}"
    counted, owners, *after = decode_cursor(cursor, int, int, str, UUID, context=context) if cursor else (None, None)
    rows = await service.list_entries(ctx, narrow, (after[0], after[1]) if after else None, limit + 1)
    if counted is None or owners is None:
        counted, owners = await service.count_all(ctx, narrow)
    views = {view.entry_id: view for view in await service.shown(ctx, rows[:limit])}
    page = page_of(
        rows,
        limit,
        item=lambda row: views[row.entry_id],
        key=lambda row: (counted, owners, row.code, row.entry_id),
        context=context,
    )
    told = page.model_dump(exclude={"items", "total"})
    return DossierPage(
        items=page.items, total=counted, organisations=owners, calendar_edition=calendar().edition, **told
    )


@router.get(
    "/own/entries/{entry_id}/dossier",
    operation_id="getOwnDossier",
    dependencies=[READ],
    responses=problem_responses(EntryNotFound),
)
@router.get(
    "/entries/{entry_id}/dossier",
    operation_id="getDossier",
    dependencies=[PUBLIC],
    responses=problem_responses(EntryNotFound),
)
async def get_dossier(ctx: ContextDep, entry_id: UUID) -> DossierView:
    """The dossier of one entry: each document with who asked for it, since when, and how many working days ago."""
    return await service.get_dossier(ctx, entry_id)
