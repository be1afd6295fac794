"""Who a sender is, over HTTP: asked by a handler, decided by a custodian, read for a day."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from sixclear.common.web.pagination import CursorParam, InvalidCursor, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.route_options import RouteOptions
from sixclear.common.web.schemas import Page
from sixclear.common.web.use_cases import ContextDep
from sixclear.feedback.answer.errors import PersonNotKnown
from sixclear.feedback.identity import service
from sixclear.feedback.identity.access import CUSTODIAN
from sixclear.feedback.identity.errors import (
    DecisionByRequester,
    IdentityRequestDecided,
    IdentityRequestNeeded,
    IdentityRequestNotFound,
    IdentityRequestWaits,
)
from sixclear.feedback.identity.responses import asked_response, request_response, requests_response
from sixclear.feedback.identity.schemas import (
    DecisionEntry,
    IdentityRequestEntry,
    IdentityRequestState,
    IdentityRequestView,
)
from sixclear.feedback.sealing.errors import CaseErased
from sixclear.feedback.submission import access
from sixclear.feedback.submission.dependencies import NOT_KEPT, HubDep
from sixclear.feedback.submission.errors import SubmissionNotFound
from sixclear.feedback.submission.schemas import ContactRequest, ContactView

router = APIRouter(route_class=TransactionalRoute, tags=["case desk"])
# A retry finds what was decided, and is told so again; a custodian need not handle the case to be told.
_AGAIN = Depends(RouteOptions(stores_answer=False))
_DECISION = problem_responses(IdentityRequestNotFound, IdentityRequestDecided, DecisionByRequester, PersonNotKnown)


@router.post(
    "/submissions/{submission_id}/identity-requests",
    operation_id="askForIdentity",
    dependencies=[Depends(access.HANDLE), NOT_KEPT],
    status_code=201,
    responses=problem_responses(SubmissionNotFound, CaseErased, PersonNotKnown, IdentityRequestWaits),
)
async def ask(ctx: ContextDep, hub: HubDep, submission_id: UUID, entry: IdentityRequestEntry) -> IdentityRequestState:
    """Ask a custodian to let the own body know who the sender is. The sender sees that it was asked."""
    return await asked_response(ctx, await service.ask(ctx, hub, submission_id, entry.reason))


@router.get(
    "/identity-requests",
    operation_id="listIdentityRequests",
    dependencies=[Depends(CUSTODIAN), NOT_KEPT],
    responses=problem_responses(InvalidCursor),
)
async def list_requests(
    ctx: ContextDep,
    waiting: Annotated[bool | None, Query(description="No custodian has decided yet, or one has.")] = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[IdentityRequestView]:
    """Requests of all bodies, oldest first; nothing of what a case says."""
    context = repr(waiting)
    after = decode_cursor(cursor, datetime, UUID, context=context) if cursor else None
    rows = await service.list_requests(
        ctx, waiting=waiting, after=(after[0], after[1]) if after else None, limit=limit + 1
    )
    views = await requests_response(ctx, rows[:limit])
    return page_of(
        rows,
        limit,
        item=lambda row: views[row.request_id],
        key=lambda row: (row.requested_at, row.request_id),
        context=context,
    )


@router.post(
    "/submissions/{submission_id}/identity-requests/{request_id}/approve",
    operation_id="approveIdentityRequest",
    dependencies=[Depends(CUSTODIAN), NOT_KEPT, _AGAIN],
    responses=_DECISION,
)
async def approve(ctx: ContextDep, submission_id: UUID, request_id: UUID, _: DecisionEntry) -> IdentityRequestView:
    """Let the body that asked read the contact for 24 hours; another person than the one who asked decides."""
    return await request_response(ctx, await service.decide(ctx, submission_id, request_id, "approved"))


@router.post(
    "/submissions/{submission_id}/identity-requests/{request_id}/refuse",
    operation_id="refuseIdentityRequest",
    dependencies=[Depends(CUSTODIAN), NOT_KEPT, _AGAIN],
    responses=_DECISION,
)
async def refuse(ctx: ContextDep, submission_id: UUID, request_id: UUID, _: DecisionEntry) -> IdentityRequestView:
    """Refuse a request; another person than the one who asked decides. The body may ask again."""
    return await request_response(ctx, await service.decide(ctx, submission_id, request_id, "refused"))


@router.post(
    "/submissions/{submission_id}/contact",
    operation_id="readContact",
    dependencies=[Depends(access.HANDLE), NOT_KEPT, Depends(RouteOptions(stores_answer=False, recorded=True))],
    responses=problem_responses(SubmissionNotFound, CaseErased, IdentityRequestNeeded),
)
async def read_contact(ctx: ContextDep, hub: HubDep, submission_id: UUID, entry: ContactRequest) -> ContactView:
    """How the sender can be reached, for 24 hours after a custodian allowed it to the own body.

    The reason goes to the access log, and the sender sees that it was read.
    """
    return await service.read_contact(ctx, hub, submission_id, entry.reason)
