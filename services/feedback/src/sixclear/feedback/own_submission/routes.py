"""What a body sends for itself over HTTP: taken in by its token, listed, and read with its answer."""

from datetime import datetime
from itertools import chain
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from sixclear.common.use_case import ReferenceUnknown
from sixclear.common.web.idempotency import (
    IdempotencyKeyRequired,
    IdempotencyKeyReused,
    InvalidIdempotencyKey,
    RequiredKeyDep,
)
from sixclear.common.web.pagination import CursorParam, InvalidCursor, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.route_options import RouteOptions
from sixclear.common.web.schemas import Page
from sixclear.common.web.use_cases import ContextDep
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.own_submission import access, responses, service
from sixclear.feedback.own_submission.schemas import OwnSubmission, OwnSubmissionEntry, OwnSubmissionView
from sixclear.feedback.submission.dependencies import NOT_KEPT, ReceiptsDep
from sixclear.feedback.submission.errors import ComplaintTurnedAway, ReceiptCodeChanged, SubmissionNotFound
from sixclear.feedback.submission.responses import receipt_response
from sixclear.feedback.submission.schemas import Status, SubmissionReceipt
from sixclear.feedback.submission.service import texts
from sixclear.feedback.submission.service.intake import KEY_LENGTHS

router = APIRouter(route_class=TransactionalRoute, tags=["sending"])
_KEPT_WITH_SUBMISSION = Depends(RouteOptions(key_kept_with_entity=True, key_lengths=KEY_LENGTHS))


@router.post(
    "/own/submissions",
    operation_id="sendOwnSubmission",
    dependencies=[Depends(access.OWN), NOT_KEPT, _KEPT_WITH_SUBMISSION],
    status_code=201,
    responses=problem_responses(
        InvalidIdempotencyKey,
        IdempotencyKeyRequired,
        IdempotencyKeyReused,
        ReceiptCodeChanged,
        ComplaintTurnedAway,
        ReferenceUnknown,
    ),
)
async def send(
    ctx: ContextDep, receipts: ReceiptsDep, key: RequiredKeyDep, entry: OwnSubmissionEntry, response: Response
) -> SubmissionReceipt:
    """Send for the own body, with points that are answered one by one. The receipt code opens the mailbox.

    The same `Idempotency-Key` (16 to 200 characters) and body give the same receipt, whichever client of the body asks.
    """
    received = await service.send(ctx, receipts, key, entry)
    if received.again:
        response.headers["Idempotency-Replayed"] = "true"
    return receipt_response(received.submission, received.code, received.stated)


@router.get(
    "/own/submissions",
    operation_id="listOwnSubmissions",
    dependencies=[Depends(access.OWN), NOT_KEPT],
    responses=problem_responses(InvalidCursor),
)
async def list_own(
    ctx: ContextDep, status: Status | None = None, cursor: CursorParam = None, limit: LimitParam = 50
) -> Page[OwnSubmission]:
    """What the own body sent for itself, newest first: where each stands, and when its answer is due."""
    context = f"own submissions {status}"
    counted, *before = decode_cursor(cursor, int, datetime, UUID, context=context) if cursor else (None,)
    rows = await service.list_sent(ctx, status, (before[0], before[1]) if before else None, limit + 1)
    if counted is None:
        counted = await service.count_sent(ctx, status)
    named = [(row.organisation_id, row.addressed_organisation_id) for row in rows]
    names = await organisations.briefs(ctx, chain.from_iterable(named))
    titles = await texts.titles(ctx, rows[:limit])
    return page_of(
        rows,
        limit,
        item=lambda row: responses.sent_response(ctx, row, names, titles),
        key=lambda row: (row.received_at, row.submission_id),
        context=context,
        counted=counted,
    )


@router.get(
    "/own/submissions/{submission_id}",
    operation_id="getOwnSubmission",
    dependencies=[Depends(access.SENDER), NOT_KEPT],
    responses=problem_responses(SubmissionNotFound),
)
async def get_own(ctx: ContextDep, submission_id: UUID) -> OwnSubmissionView:
    """One of them, with the answer to each of its points."""
    return await responses.sent_view(ctx, await service.get_sent(ctx, submission_id))
