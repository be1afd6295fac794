"""Entries: lists, one entry, its description, its deployment stage, its heartbeats."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.use_case import (
    AlreadyRegistered,
    Context,
    FactBehindLastChange,
    FactInFuture,
    FactsPastNotAllowed,
    OrganisationNotAllowed,
    ReferenceUnknown,
)
from sixclear.common.web.access import Access
from sixclear.common.web.etags import StaleVersion, not_modified
from sixclear.common.web.merge_patch import MergePatchDep, patch_body, patch_responses
from sixclear.common.web.openapi import LOCATED
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.references import Reference
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.texts import Lookup, Words
from sixclear.common.web.use_cases import ContextDep, ExpectDep, locate, tag
from sixclear.data_catalog.entry import access, responses, service
from sixclear.data_catalog.entry.errors import (
    STEP_REFUSALS,
    EntryNotFound,
    ListedNeedsSteward,
    ListingNeedsSteward,
    OwnerMerged,
    ReasonMissing,
    StageRepeated,
)
from sixclear.data_catalog.entry.metrics import HEARTBEATS
from sixclear.data_catalog.entry.models import Entry
from sixclear.data_catalog.entry.reading import worded
from sixclear.data_catalog.entry.repository import EntryFilter
from sixclear.data_catalog.entry.schemas import (
    Classification,
    DeploymentStage,
    EntryDescription,
    EntrySummary,
    EntryView,
    Freshness,
    HeartbeatStep,
    HistoryEntry,
    Ladder,
    RegistrationStatus,
    Risk,
    StageStep,
)
from sixclear.data_catalog.organisation import service as organisations
from sixclear.data_catalog.programme_list.errors import ListNotFound

router = APIRouter(route_class=TransactionalRoute, tags=["entries"])

PUBLIC = Depends(access.PUBLIC)
READ = Depends(access.READ)
WRITE = Depends(Access.scope("catalog:write", "catalog:approve", organisation=access.OWNER_OR_STEWARD))
BEAT = Depends(access.BEAT)
_DESCRIBING_REFUSALS = (
    ReferenceUnknown,
    ListingNeedsSteward,
    ListedNeedsSteward,
    StaleVersion,
    OrganisationNotAllowed,
    FactsPastNotAllowed,
    FactBehindLastChange,
    FactInFuture,
)


@router.get(
    "/own/entries",
    operation_id="listOwnEntries",
    dependencies=[READ],
    responses=problem_responses(ListNotFound, ReferenceUnknown),
)
@router.get(
    "/entries",
    operation_id="listEntries",
    dependencies=[PUBLIC],
    responses=problem_responses(ListNotFound, ReferenceUnknown),
)
async def list_entries(
    ctx: ContextDep,
    listed: Annotated[Lookup | None, Query(alias="list", description="Slug of a programme list.")] = None,
    edition: Annotated[Lookup | None, Query(description="Edition of a programme list.")] = None,
    deployment_stage: DeploymentStage | None = None,
    risk: Risk | None = None,
    registration: RegistrationStatus | None = None,
    owner: Annotated[
        Reference | None, Query(description="Identifier or any code of the organisation that owns the entry.")
    ] = None,
    freshness: Annotated[Freshness | None, Query(description="Derived at the time of the response.")] = None,
    q: Annotated[Words | None, Query(description="Part of code, name or description.")] = None,
    classification: Annotated[
        Classification | None, Query(description="Without a token all that is found is `public`.")
    ] = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[EntrySummary]:
    """Entries that the caller may know of, in the order of their codes; diacritics in `q` do not matter.

    Without a token: what is `public`. Below `/own`: also what is `state`, and what is `restricted` of the caller's own
    body and of those that its mandate names; for the data steward all.
    """
    owner_id = await organisations.meant(ctx, "owner", owner)
    narrow = EntryFilter(listed, edition, deployment_stage, risk, registration, owner_id, freshness, q, classification)
    # The total in a cursor was counted for this reader.
    context = f"{narrow!r} {worded(await access.reader_of(ctx))}"
    counted, *after = decode_cursor(cursor, int, str, UUID, context=context) if cursor else (None,)
    rows = await service.list_entries(ctx, narrow, (after[0], after[1]) if after else None, limit + 1)
    if counted is None:
        counted = await service.count_entries(ctx, narrow)
    names = await organisations.briefs(ctx, [row.owner_organisation_id for row in rows])
    return page_of(
        rows,
        limit,
        item=lambda row: responses.entry_summary(row, ctx.now, names),
        key=lambda row: (row.code, row.entry_id),
        context=context,
        counted=counted,
    )


@router.get(
    "/own/entries/{entry_id}",
    operation_id="getOwnEntry",
    response_model=EntryView,
    dependencies=[READ],
    responses=problem_responses(EntryNotFound) | {304: {"description": "The version in If-None-Match is current."}},
)
@router.get(
    "/entries/{entry_id}",
    operation_id="getEntry",
    response_model=EntryView,
    dependencies=[PUBLIC],
    responses=problem_responses(EntryNotFound) | {304: {"description": "The version in If-None-Match is current."}},
)
async def get_entry(ctx: ContextDep, entry_id: UUID, request: Request, response: Response) -> Response | EntryView:
    """One entry with its two ladders, its dossier and its last sign of life.

    Below `/own` also one that is not `public`, as far as the caller may know of it, with `security_level` and
    `last_backup_at`.
    """
    entry = await service.get_entry(ctx, entry_id)
    names = await organisations.briefs(ctx, [entry.owner_organisation_id])
    owner = organisations.brief(names, entry.owner_organisation_id)
    version = tag(response, ctx.log, entry, responses.derived_state(entry, ctx.now, owner))
    if not_modified(request, version):
        return Response(status_code=304, headers={"ETag": version})
    inside = access.reads_inside(await access.reader_of(ctx), entry)
    return await responses.entry_response(ctx, entry, names, inside=inside)


@router.get(
    "/own/entries/{entry_id}/history",
    operation_id="listOwnEntryHistory",
    dependencies=[READ],
    responses=problem_responses(EntryNotFound),
)
@router.get(
    "/entries/{entry_id}/history",
    operation_id="listEntryHistory",
    dependencies=[PUBLIC],
    responses=problem_responses(EntryNotFound),
)
async def list_history(
    ctx: ContextDep,
    entry_id: UUID,
    ladder: Annotated[
        Ladder | None, Query(description="Only the steps of this ladder, from the registration of the entry on.")
    ] = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[HistoryEntry]:
    """An entry's changes, newest first; those while it was hidden only for who reads the whole of it.

    A step has the decision and the evidence on which it rests, where they were told.
    """
    context = f"history {entry_id} {ladder}" if ladder else f"history {entry_id}"
    before = decode_cursor(cursor, int, context=context)[0] if cursor else None
    entry, events = await service.history(ctx, entry_id, ladder, before, limit + 1)
    changes = await service.history_response(ctx, entry, events)
    return page_of(changes, limit, item=lambda change: change, key=lambda change: (change.version,), context=context)


@router.post(
    "/entries",
    operation_id="putEntry",
    dependencies=[WRITE],
    status_code=201,
    responses=LOCATED
    | problem_responses(OwnerMerged, *_DESCRIBING_REFUSALS)
    | {200: {"description": "The code was known; it is described again, or nothing changed.", "model": EntryView}},
)
async def put_entry(ctx: ContextDep, description: EntryDescription, expect: ExpectDep, response: Response) -> EntryView:
    """Register an entry; with a code that its owner has sent before, describe it again (200).

    A description replaces the one before: what is left out is emptied, except the lists and the classification. PATCH
    keeps it. One that is not `public` any more is withdrawn: it leaves lists, counts and figures, past ones too.
    """
    entry, created = await service.put_entry(ctx, description, expect)
    if created:
        locate(response, service.address_of(entry))
    else:
        response.status_code = 200
    return await _tagged(ctx, entry, response)


@router.patch(
    "/entries/{entry_id}",
    operation_id="patchEntry",
    dependencies=[WRITE],
    responses=patch_responses() | problem_responses(EntryNotFound, AlreadyRegistered, *_DESCRIBING_REFUSALS),
    openapi_extra=patch_body(EntryDescription, "code"),
)
async def patch_entry(
    ctx: ContextDep, entry_id: UUID, patch: MergePatchDep, expect: ExpectDep, response: Response
) -> EntryView:
    """Describe a part of an entry again, by merge patch (RFC 7396); its code stays."""
    return await _tagged(ctx, await service.patch_entry(ctx, entry_id, patch, expect), response)


@router.post(
    "/entries/{entry_id}/stage",
    operation_id="moveEntry",
    dependencies=[WRITE],
    responses=problem_responses(*STEP_REFUSALS, TransitionNotAllowed, ReasonMissing, StageRepeated),
)
async def move(
    ctx: ContextDep, entry_id: UUID, step: StageStep, expect: ExpectDep, request: Request, response: Response
) -> EntryView:
    """Say which deployment stage an entry has reached; a step that is not forward needs a reason.

    A stage that was told before with the same reason, and left since, needs `If-Match`.
    """
    on_version = "if-match" in request.headers
    return await _tagged(ctx, await service.move(ctx, entry_id, step, expect, on_version=on_version), response)


@router.post(
    "/entries/{entry_id}/heartbeats",
    operation_id="addHeartbeat",
    dependencies=[BEAT],
    status_code=201,
    responses=problem_responses(EntryNotFound, OrganisationNotAllowed, FactsPastNotAllowed, FactInFuture, StaleVersion)
    | {200: {"description": "This heartbeat or a later one is known; nothing changed.", "model": EntryView}},
)
async def add_heartbeat(
    ctx: ContextDep, entry_id: UUID, step: HeartbeatStep, expect: ExpectDep, response: Response
) -> EntryView:
    """Send a sign of life of the running system; one of an earlier time never takes the place of a later one."""
    entry, taken = await service.beat(ctx, entry_id, step, expect)
    HEARTBEATS.labels("taken" if taken else "unchanged").inc()
    response.status_code = 201 if taken else 200
    return await _tagged(ctx, entry, response)


async def _tagged(ctx: Context, entry: Entry, response: Response) -> EntryView:
    # Who changes an entry owns it, or keeps the catalogue.
    view = await responses.entry_response(ctx, entry, inside=True)
    tag(response, ctx.log, entry, responses.derived_state(entry, ctx.now, view.owner))
    return view
