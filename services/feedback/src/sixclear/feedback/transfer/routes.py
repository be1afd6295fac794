"""Transfers over HTTP: offered by the body that has a case, decided by the other one."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from sixclear.common.caller import OrganisationRequired
from sixclear.common.use_case import Context, ReferenceUnknown
from sixclear.common.web.access import current_caller
from sixclear.common.web.pagination import CursorParam, InvalidCursor, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import SessionDep, TransactionalRoute, current_time
from sixclear.common.web.schemas import Page
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag, use_case
from sixclear.feedback.fields import Step
from sixclear.feedback.submission import access, dependencies
from sixclear.feedback.submission.dependencies import NOT_KEPT, HubDep
from sixclear.feedback.submission.errors import STEP_REFUSALS
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.service import reading as submissions
from sixclear.feedback.transfer import service
from sixclear.feedback.transfer.errors import TransferDecided, TransferNotFound, TransferOpen, TransferToItself
from sixclear.feedback.transfer.models import Transfer
from sixclear.feedback.transfer.repository import TransferFilter
from sixclear.feedback.transfer.responses import decided_response, names_of, transferred_case
from sixclear.feedback.transfer.schemas import RefusalEntry, TransferEntry, TransferredCase, TransferStateName

router = APIRouter(route_class=TransactionalRoute, tags=["case desk"])


async def _shown(ctx: Context, response: Response, transfer: Transfer, submission: Submission) -> TransferredCase:
    tag(response, ctx.log, submission)
    return await decided_response(ctx, transfer, submission)


@router.get(
    "/transfers",
    operation_id="listCaseTransfers",
    dependencies=[Depends(access.OWN), NOT_KEPT],
    responses=problem_responses(InvalidCursor, OrganisationRequired),
)
async def list_transfers(
    ctx: ContextDep,
    hub: HubDep,
    state: Annotated[TransferStateName | None, Query(description="`offered`: those that wait for a decision.")] = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[TransferredCase]:
    """Cases that were offered by or to the own body, oldest first; all for the hub. No texts, no contacts."""
    narrow = TransferFilter(state)
    context = repr(narrow)
    after = decode_cursor(cursor, datetime, UUID, context=context) if cursor else None
    rows = await service.list_transfers(ctx, hub, narrow, (after[0], after[1]) if after else None, limit + 1)
    cases = await submissions.readable_among(ctx, hub, [row.submission_id for row in rows])
    names = await names_of(ctx, rows)
    return page_of(
        rows,
        limit,
        item=lambda row: transferred_case(row, names, cases.get(row.submission_id), ctx.now),
        key=lambda row: (row.offered_at, row.transfer_id),
        context=context,
    )


async def still_readable(request: Request, session: SessionDep, body: bytes) -> bytes:
    """The stored response, if the caller still handles its case, or refused to: that answer is the last it gets.

    Raises SubmissionNotFound.
    """
    transfer_id = request.path_params.get("transfer_id")
    if transfer_id is not None:
        ctx = await use_case(request, session, await current_caller(request), await current_time(request))
        if await service.was_refused_by(ctx, UUID(request.path_params["submission_id"]), UUID(transfer_id)):
            return body
    return await dependencies.still_readable(request, session, body)


@router.post(
    "/submissions/{submission_id}/transfers",
    operation_id="offerCaseTransfer",
    dependencies=[Depends(access.HANDLE)],
    status_code=201,
    responses=problem_responses(*STEP_REFUSALS, ReferenceUnknown, TransferOpen, TransferToItself),
)
async def offer(
    ctx: ContextDep, hub: HubDep, submission_id: UUID, entry: TransferEntry, expect: ExpectDep, response: Response
) -> TransferredCase:
    """Offer a case to another body, which may read it until it decides; the sender sees the offer.

    Nothing else changes until it is accepted. No clock of the sender's ever does.
    """
    return await _shown(ctx, response, *await service.offer(ctx, hub, submission_id, entry, expect))


@router.post(
    "/submissions/{submission_id}/transfers/{transfer_id}/refuse",
    operation_id="refuseCaseTransfer",
    dependencies=[Depends(access.OFFERED)],
    responses=problem_responses(*STEP_REFUSALS, TransferNotFound, TransferDecided),
)
async def refuse(
    ctx: ContextDep,
    submission_id: UUID,
    transfer_id: UUID,
    entry: RefusalEntry,
    expect: ExpectDep,
    response: Response,
) -> TransferredCase:
    """Leave a case with the body that offered it; the sender sees the ground."""
    return await _shown(ctx, response, *await service.refuse(ctx, submission_id, transfer_id, entry, expect))


@router.post(
    "/submissions/{submission_id}/transfers/{transfer_id}/take-back",
    operation_id="takeBackCaseTransfer",
    dependencies=[Depends(access.HANDLE)],
    responses=problem_responses(*STEP_REFUSALS, TransferNotFound, TransferDecided),
)
async def take_back(
    ctx: ContextDep,
    hub: HubDep,
    submission_id: UUID,
    transfer_id: UUID,
    step: Step,
    expect: ExpectDep,
    response: Response,
) -> TransferredCase:
    """End an offer that the other body has not decided; it may no longer read the case."""
    return await _shown(ctx, response, *await service.take_back(ctx, hub, submission_id, transfer_id, step, expect))
