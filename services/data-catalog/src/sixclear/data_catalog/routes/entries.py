"""Entries: lists, one entry, its description, its deployment stage, its heartbeats."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from sixclear.common.auth.access import Access, OrganisationRule
from sixclear.common.change import TransitionNotAllowed
from sixclear.common.use_case import FactBehindLastChange, FactInFuture, FactsPastNotAllowed, OrganisationNotAllowed
from sixclear.common.web.etags import StaleVersion, not_modified
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.use_cases import ContextDep, ExpectDep
from sixclear.data_catalog.errors import (
    EntryNotFound,
    ListingNeedsSteward,
    ListNotFound,
    ReasonMissing,
    ReferenceUnknown,
)
from sixclear.data_catalog.metrics import HEARTBEATS
from sixclear.data_catalog.routes.dependencies import PUBLIC, STEP, LockedDep, answer, tag_entry
from sixclear.data_catalog.schemas import (
    DeploymentStage,
    EntryDescription,
    EntrySummary,
    EntryView,
    Freshness,
    HeartbeatStep,
    HistoryEntry,
    RegistrationStatus,
    Risk,
    StageStep,
)
from sixclear.data_catalog.service import answers, entries, listing

router = APIRouter(route_class=TransactionalRoute, tags=["entries"])

_OWNER_OR_STEWARD = OrganisationRule(
    "owner_or_steward", "the owner of the entry, or is a steward (scope `catalog:approve`)", entries.put_entry
)
_OWNER = OrganisationRule("owner", "the owner of the entry", entries.beat)
DESCRIBE = Depends(Access.scope("catalog:write", "catalog:approve", organisation=_OWNER_OR_STEWARD))
MOVE = Depends(Access.scope("catalog:write", "catalog:approve", organisation=_OWNER_OR_STEWARD))
BEAT = Depends(Access.scope("catalog:heartbeat", organisation=_OWNER))


@router.get("/entries", operation_id="listEntries", dependencies=[PUBLIC], responses=problem_responses(ListNotFound))
async def list_entries(
    ctx: ContextDep,
    listed: Annotated[str | None, Query(alias="list", max_length=80, description="Slug of a programme list.")] = None,
    edition: Annotated[str | None, Query(max_length=20, description="Edition of a programme list.")] = None,
    deployment_stage: DeploymentStage | None = None,
    risk: Risk | None = None,
    registration: RegistrationStatus | None = None,
    owner: Annotated[UUID | None, Query(description="Identifier of the organisation that owns the entry.")] = None,
    freshness: Annotated[Freshness | None, Query(description="Derived at the time of the answer.")] = None,
    q: Annotated[str | None, Query(max_length=200, description="Part of code, name or description.")] = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[EntrySummary]:
    """Entries in the order of their codes; diacritics in `q` do not matter."""
    narrow = listing.EntryFilter(listed, edition, deployment_stage, risk, registration, owner, freshness, q)
    context = repr(narrow)
    after = decode_cursor(cursor, str, context=context)[0] if cursor else None
    rows = await listing.list_entries(ctx, narrow, after, limit + 1)
    return page_of(
        rows,
        limit,
        item=lambda row: answers.entry_summary(row, ctx.now),
        key=lambda row: (row.code,),
        context=context,
    )


@router.get(
    "/entries/{entry_id}",
    operation_id="getEntry",
    response_model=EntryView,
    dependencies=[PUBLIC],
    responses=problem_responses(EntryNotFound) | {304: {"description": "The version in If-None-Match is current."}},
)
async def get_entry(ctx: ContextDep, entry_id: UUID, request: Request, response: Response) -> Response | EntryView:
    """One entry with its two ladders, its dossier and its last sign of life."""
    entry = await entries.get_entry(ctx, entry_id)
    tag = tag_entry(ctx, entry, response)
    if not_modified(request, tag):
        return Response(status_code=304, headers={"ETag": tag})
    return await answer(ctx, entry, response)


@router.get(
    "/entries/{entry_id}/history",
    operation_id="listEntryHistory",
    dependencies=[PUBLIC],
    responses=problem_responses(EntryNotFound),
)
async def list_history(
    ctx: ContextDep, entry_id: UUID, cursor: CursorParam = None, limit: LimitParam = 50
) -> Page[HistoryEntry]:
    """An entry's changes, newest first."""
    context = f"history {entry_id}"
    before = decode_cursor(cursor, int, context=context)[0] if cursor else None
    changes = answers.history_entries(await listing.history(ctx, entry_id, before, limit + 1))
    return page_of(changes, limit, item=lambda change: change, key=lambda change: (change.version,), context=context)


@router.post(
    "/entries",
    operation_id="putEntry",
    dependencies=[DESCRIBE],
    status_code=201,
    responses=problem_responses(
        ReferenceUnknown,
        ListingNeedsSteward,
        StaleVersion,
        OrganisationNotAllowed,
        FactsPastNotAllowed,
        FactBehindLastChange,
        FactInFuture,
    )
    | {200: {"description": "The code was known; it is described anew, or nothing changed.", "model": EntryView}},
)
async def put_entry(ctx: ContextDep, description: EntryDescription, expect: ExpectDep, response: Response) -> EntryView:
    """Register an entry; with a code sent before, describe it anew (200)."""
    entry, created = await entries.put_entry(ctx, description, expect)
    response.status_code = 201 if created else 200
    return await answer(ctx, entry, response)


@router.post(
    "/entries/{entry_id}/stage",
    operation_id="moveEntry",
    dependencies=[MOVE],
    responses=problem_responses(*STEP, TransitionNotAllowed, ReasonMissing),
)
async def move(ctx: ContextDep, entry: LockedDep, step: StageStep, response: Response) -> EntryView:
    """Say which deployment stage an entry has reached; whatever is not a step forward needs a reason."""
    await entries.move(ctx, entry, step)
    return await answer(ctx, entry, response)


@router.post(
    "/entries/{entry_id}/heartbeats",
    operation_id="addHeartbeat",
    dependencies=[BEAT],
    status_code=201,
    responses=problem_responses(*STEP)
    | {200: {"description": "The last heartbeat was only sent again.", "model": EntryView}},
)
async def add_heartbeat(ctx: ContextDep, entry: LockedDep, step: HeartbeatStep, response: Response) -> EntryView:
    """Send a sign of life of the running system."""
    taken = await entries.beat(ctx, entry, step)
    HEARTBEATS.labels("taken" if taken else "unchanged").inc()
    response.status_code = 201 if taken else 200
    return await answer(ctx, entry, response)
