"""Who answers for an entry: its positions and its owners, asked, accepted, ended."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.use_case import (
    AlreadyRegistered,
    FactInFuture,
    FactsPastNotAllowed,
    OrganisationNotAllowed,
    ReferenceUnknown,
)
from sixclear.common.web.access import Access
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.use_cases import ContextDep
from sixclear.data_catalog.assignment import service
from sixclear.data_catalog.assignment.access import PARTY, RECEIVER
from sixclear.data_catalog.assignment.errors import (
    AssignmentNotFound,
    AssignmentOpen,
    OwnerChangedSince,
    ReceiverCannotRead,
)
from sixclear.data_catalog.assignment.schemas import (
    AssignmentProposal,
    AssignmentView,
    OwnerView,
    RefusalStep,
    Status,
)
from sixclear.data_catalog.entry import access
from sixclear.data_catalog.entry.errors import EntryNotFound
from sixclear.data_catalog.entry.reading import worded
from sixclear.data_catalog.fields import Step

router = APIRouter(route_class=TransactionalRoute, tags=["assignments"])

PUBLIC = Depends(access.PUBLIC)
READ = Depends(access.READ)
PROPOSE = Depends(Access.scope("catalog:write", "catalog:approve", organisation=access.OWNER_OR_STEWARD))
ANSWER = Depends(Access.scope("catalog:write", organisation=RECEIVER))
END = Depends(Access.scope("catalog:write", "catalog:approve", organisation=PARTY))
_REFUSALS = (EntryNotFound, OrganisationNotAllowed, FactsPastNotAllowed, FactInFuture)
_STEP_REFUSALS = (*_REFUSALS, AssignmentNotFound, TransitionNotAllowed)


@router.get(
    "/own/entries/{entry_id}/assignments",
    operation_id="listOwnEntryAssignments",
    dependencies=[READ],
    responses=problem_responses(EntryNotFound),
)
@router.get(
    "/entries/{entry_id}/assignments",
    operation_id="listEntryAssignments",
    dependencies=[PUBLIC],
    responses=problem_responses(EntryNotFound),
)
async def list_of_entry(ctx: ContextDep, entry_id: UUID) -> Page[AssignmentView]:
    """Which positions answer and answered for an entry, newest first, the newest 200.

    What was only asked, or declined, is for the owner, the data steward and inspectors, below `/own`; why a position
    answers no more for them and for its own body.
    """
    return Page(items=await service.list_of_entry(ctx, entry_id))


@router.get(
    "/own/entries/{entry_id}/owners",
    operation_id="listOwnEntryOwners",
    dependencies=[READ],
    responses=problem_responses(EntryNotFound),
)
@router.get(
    "/entries/{entry_id}/owners",
    operation_id="listEntryOwners",
    dependencies=[PUBLIC],
    responses=problem_responses(EntryNotFound),
)
async def list_owners(ctx: ContextDep, entry_id: UUID) -> Page[OwnerView]:
    """Who owned an entry from when to when, newest first, and which body took the place of one that is no more."""
    return Page(items=await service.list_owners(ctx, entry_id))


@router.get("/own/assignments", operation_id="listOwnAssignments", dependencies=[READ])
async def list_own(
    ctx: ContextDep,
    status: Annotated[Status | None, Query(description="`proposed`: what waits for an answer.")] = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[AssignmentView]:
    """What the caller's body is asked to answer for, or answers for, oldest first; for the data steward all."""
    context = f"assignments {status} {worded(await access.reader_of(ctx))}"
    after = decode_cursor(cursor, datetime, UUID, context=context) if cursor else None
    rows = await service.list_of_bodies(ctx, status, (after[0], after[1]) if after else None, limit + 1)
    shown = {view.assignment_id: view for view in await service.views(ctx, rows[:limit])}
    return page_of(
        rows,
        limit,
        item=lambda row: shown[row.assignment_id],
        key=lambda row: (row.proposed_at, row.assignment_id),
        context=context,
    )


@router.post(
    "/entries/{entry_id}/assignments",
    operation_id="proposeAssignment",
    dependencies=[PROPOSE],
    status_code=201,
    responses=problem_responses(*_REFUSALS, ReferenceUnknown, AssignmentOpen, ReceiverCannotRead, AlreadyRegistered)
    | {200: {"description": "This position is asked, or answers, already; nothing changed.", "model": AssignmentView}},
)
async def propose(ctx: ContextDep, entry_id: UUID, step: AssignmentProposal, response: Response) -> AssignmentView:
    """Ask a position to answer for an entry, as owner or steward; nothing changes until its body accepts.

    A body that names a position of its own has accepted by that.
    """
    view, created = await service.propose(ctx, entry_id, step)
    response.status_code = 201 if created else 200
    return view


@router.post(
    "/entries/{entry_id}/assignments/{assignment_id}/accept",
    operation_id="acceptAssignment",
    dependencies=[ANSWER],
    responses=problem_responses(*_STEP_REFUSALS, AlreadyRegistered, OwnerChangedSince),
)
async def accept(ctx: ContextDep, entry_id: UUID, assignment_id: UUID, step: Step) -> AssignmentView:
    """Answer for the entry from now on; who answered in this role until now answers no more.

    A body that accepts as `owner` owns the entry: its lists, identifier and code stay.
    """
    return await service.accept(ctx, entry_id, assignment_id, step)


@router.post(
    "/entries/{entry_id}/assignments/{assignment_id}/decline",
    operation_id="declineAssignment",
    dependencies=[ANSWER],
    responses=problem_responses(*_STEP_REFUSALS),
)
async def decline(ctx: ContextDep, entry_id: UUID, assignment_id: UUID, step: RefusalStep) -> AssignmentView:
    """Do not answer for the entry; the reason stays with the assignment."""
    return await service.decline(ctx, entry_id, assignment_id, step)


@router.post(
    "/entries/{entry_id}/assignments/{assignment_id}/end",
    operation_id="endAssignment",
    dependencies=[END],
    responses=problem_responses(*_STEP_REFUSALS),
)
async def end(ctx: ContextDep, entry_id: UUID, assignment_id: UUID, step: RefusalStep) -> AssignmentView:
    """Say that a position answers no more, or is asked no more; the owner of the entry stays."""
    return await service.end(ctx, entry_id, assignment_id, step)
