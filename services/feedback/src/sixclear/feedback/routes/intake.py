"""Sending: by anybody, and by a desk for somebody."""

from fastapi import APIRouter

from sixclear.common.use_case import FactInFuture, FactsPastNotAllowed
from sixclear.common.web.idempotency import (
    IdempotencyKeyRequired,
    IdempotencyKeyReused,
    InvalidIdempotencyKey,
    RequiredKeyDep,
    answer_is_not_stored,
)
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.use_cases import ContextDep
from sixclear.feedback.errors import ComplaintTurnedAway, TooManySubmissions, VisibilityNotAllowed
from sixclear.feedback.routes.dependencies import DESK, NOT_KEPT, SENDER, HubDep, ReceiptsDep
from sixclear.feedback.routes.limited import SendingRoute
from sixclear.feedback.schemas import SubmissionEntry, SubmissionOnBehalf, SubmissionReceipt
from sixclear.feedback.service import intake, views

router = APIRouter(route_class=SendingRoute, tags=["sending"])
desk_router = APIRouter(route_class=TransactionalRoute, tags=["sending"])

_REFUSALS = (
    InvalidIdempotencyKey,
    IdempotencyKeyRequired,
    IdempotencyKeyReused,
    ComplaintTurnedAway,
    VisibilityNotAllowed,
)


@router.post(
    "/submissions",
    operation_id="sendSubmission",
    dependencies=[SENDER, NOT_KEPT],
    status_code=201,
    responses=problem_responses(*_REFUSALS, TooManySubmissions),
)
@answer_is_not_stored
async def send(
    ctx: ContextDep, receipts: ReceiptsDep, key: RequiredKeyDep, entry: SubmissionEntry
) -> SubmissionReceipt:
    """Send feedback, a recommendation, an initiative or a solution, without an account.

    The same `Idempotency-Key` (16 to 200 characters) and body give the same receipt, however often they are sent.
    """
    submission, code = await intake.receive(ctx, receipts, key, entry)
    return views.receipt(submission, code)


@desk_router.post(
    "/submissions/on-behalf",
    operation_id="sendSubmissionOnBehalf",
    dependencies=[DESK, NOT_KEPT],
    status_code=201,
    responses=problem_responses(*_REFUSALS, FactsPastNotAllowed, FactInFuture),
)
@answer_is_not_stored
async def send_on_behalf(
    ctx: ContextDep, hub: HubDep, receipts: ReceiptsDep, key: RequiredKeyDep, entry: SubmissionOnBehalf
) -> SubmissionReceipt:
    """Enter what somebody brought to a desk; the desk hands the receipt over."""
    submission, code = await intake.receive_on_behalf(ctx, hub, receipts, key, entry)
    return views.receipt(submission, code)
