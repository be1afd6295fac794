"""Submissions over HTTP: sent by the public, entered by a desk, listed and triaged by handlers."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from itertools import chain
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from sixclear.common.caller import OrganisationRequired
from sixclear.common.use_case import FactInFuture, FactsPastNotAllowed, OrganisationNotAllowed, ReferenceUnknown
from sixclear.common.web.idempotency import (
    IdempotencyKeyRequired,
    IdempotencyKeyReused,
    InvalidIdempotencyKey,
    RequiredKeyDep,
)
from sixclear.common.web.pagination import CursorParam, InvalidCursor, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.references import Reference
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.route_options import RouteOptions
from sixclear.common.web.schemas import Page
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.feedback.allowance import service as allowances
from sixclear.feedback.allowance.errors import TooManySubmissions
from sixclear.feedback.challenge.errors import ProofOfWorkNeeded
from sixclear.feedback.notice.errors import NoticesNotSent
from sixclear.feedback.notice.service import require_taken
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.submission import access, responses
from sixclear.feedback.submission.dependencies import (
    NOT_KEPT,
    HubDep,
    NoticesDep,
    ProofDep,
    ReceiptsDep,
    counted_visitor,
    database_of,
    parts_of,
)
from sixclear.feedback.submission.errors import (
    STEP_REFUSALS,
    ComplaintTurnedAway,
    ContactNotAnonymous,
    ReceiptCodeChanged,
    VisibilityNotAllowed,
)
from sixclear.feedback.submission.metrics import SUBMISSIONS_LIMITED
from sixclear.feedback.submission.repository import Narrowing
from sixclear.feedback.submission.schemas import (
    Kind,
    SilenceFigure,
    Status,
    SubmissionEntry,
    SubmissionOnBehalf,
    SubmissionReceipt,
    SubmissionState,
    SubmissionSummary,
    TriageEntry,
)
from sixclear.feedback.submission.service import intake, reading, steps, texts
from sixclear.feedback.submission.service.intake import KEY_LENGTHS, Received

KEPT_WITH_SUBMISSION = Depends(RouteOptions(key_kept_with_entity=True, key_lengths=KEY_LENGTHS))
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class SendingRoute(TransactionalRoute):
    """Every request costs the visitor one use, whatever becomes of it; past them TooManySubmissions.

    The use is counted in a transaction of its own, so that it still counts when the request is rolled back. It ends
    before the request's own begins: requests that each hold a connection and wait for a second one would stop all.
    """

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            bucket, visitor = parts_of(request).sendings, await counted_visitor(request)
            try:
                async with database_of(request).single_statements() as session:
                    await allowances.spend(session, bucket, *visitor)
            except TooManySubmissions:
                SUBMISSIONS_LIMITED.inc()
                raise
            return await handler(request)

        return handle


router = APIRouter(route_class=SendingRoute, tags=["sending"])
desk_router = APIRouter(route_class=TransactionalRoute, tags=["sending"])
figures_router = APIRouter(route_class=TransactionalRoute, tags=["public log"])
handling_router = APIRouter(route_class=TransactionalRoute, tags=["case desk"])

_REFUSALS = (
    InvalidIdempotencyKey,
    IdempotencyKeyRequired,
    IdempotencyKeyReused,
    ReceiptCodeChanged,
    ComplaintTurnedAway,
    VisibilityNotAllowed,
    ContactNotAnonymous,
    NoticesNotSent,
    ReferenceUnknown,
)


@router.post(
    "/submissions",
    operation_id="sendSubmission",
    dependencies=[Depends(access.SENDER), NOT_KEPT, KEPT_WITH_SUBMISSION],
    status_code=201,
    responses=problem_responses(*_REFUSALS, TooManySubmissions, ProofOfWorkNeeded),
)
async def send(
    ctx: ContextDep,
    receipts: ReceiptsDep,
    key: RequiredKeyDep,
    entry: SubmissionEntry,
    taken: NoticesDep,
    proof: ProofDep,
    response: Response,
) -> SubmissionReceipt:
    """Send feedback, a recommendation, an initiative or a solution, without an account.

    The same `Idempotency-Key` (16 to 200 characters) and body give the same receipt, however often they are sent.
    While too many come, a new one shows what `/challenge` gives: work in `Sixclear-Proof-Of-Work`, or the form token of
    a form without script in `Sixclear-Form-Token`.
    """
    require_taken(entry.notice, taken=taken)
    return _receipt(await intake.receive(ctx, receipts, key, entry, proof), response)


@desk_router.post(
    "/submissions/on-behalf",
    operation_id="sendSubmissionOnBehalf",
    dependencies=[Depends(access.DESK), NOT_KEPT, KEPT_WITH_SUBMISSION],
    status_code=201,
    responses=problem_responses(*_REFUSALS, FactsPastNotAllowed, FactInFuture),
)
async def send_on_behalf(
    ctx: ContextDep,
    hub: HubDep,
    receipts: ReceiptsDep,
    key: RequiredKeyDep,
    entry: SubmissionOnBehalf,
    taken: NoticesDep,
    response: Response,
) -> SubmissionReceipt:
    """Enter what a person brought to a desk; the desk hands the receipt over."""
    require_taken(entry.notice, taken=taken)
    return _receipt(await intake.receive_on_behalf(ctx, hub, receipts, key, entry), response)


def _receipt(received: Received, response: Response) -> SubmissionReceipt:
    if received.again:
        response.headers["Idempotency-Replayed"] = "true"
    return responses.receipt_response(received.submission, received.code, received.stated)


@handling_router.get(
    "/submissions",
    operation_id="listSubmissions",
    dependencies=[Depends(access.HANDLE), NOT_KEPT],
    responses=problem_responses(InvalidCursor, OrganisationRequired, ReferenceUnknown),
)
async def list_submissions(
    ctx: ContextDep,
    hub: HubDep,
    status: Status | None = None,
    kind: Kind | None = None,
    overdue: Annotated[bool | None, Query(description="Open and past its due time, or not.")] = None,
    organisation: Annotated[
        Reference | None, Query(description="Identifier or any code of the body that it is assigned to.")
    ] = None,
    sender_wrote_last: Annotated[
        bool | None, Query(description="The sender wrote last, also after the answer: a handler's word is waited for.")
    ] = None,
    awaiting: Annotated[
        Literal["handler"] | None, Query(description="Whose word is waited for; `message_due_at` says until when.")
    ] = None,
    held: Annotated[
        bool, Query(description="Those that are held as possible spam, for the hub; without it none of them.")
    ] = False,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[SubmissionSummary]:
    """Submissions by due time, soonest first: all for the hub, its own for another body; no texts, no contacts."""
    body = await organisations.meant(ctx, "organisation", organisation)
    narrow = Narrowing(status, kind, overdue, body, awaiting == "handler" or sender_wrote_last, held)
    context = repr(narrow)
    counted, *after = decode_cursor(cursor, int, datetime, UUID, context=context) if cursor else (None,)
    rows = await reading.list_submissions(ctx, hub, narrow, (after[0], after[1]) if after else None, limit + 1)
    if counted is None:
        counted = await reading.count_submissions(ctx, hub, narrow)
    named = [(row.organisation_id, row.addressed_organisation_id) for row in rows]
    names = await organisations.briefs(ctx, chain.from_iterable(named))
    titles = await texts.titles(ctx, rows[:limit])
    return page_of(
        rows,
        limit,
        item=lambda row: responses.submission_summary(row, ctx.now, names, titles),
        key=lambda row: (row.due_at, row.submission_id),
        context=context,
        counted=counted,
    )


@figures_router.get(
    "/no-answers",
    operation_id="countNoAnswers",
    dependencies=[Depends(access.EVERYONE)],
    responses=problem_responses(ReferenceUnknown),
)
async def count_no_answers(
    ctx: ContextDep,
    organisation: Annotated[Reference, Query(description="Identifier or any code of the body that owed the answers.")],
) -> SilenceFigure:
    """How often the public log says that this body gave no answer by the due time; a transfer before counts apart."""
    body = await organisations.meant(ctx, "organisation", organisation)
    assert body is not None
    return SilenceFigure(organisation_id=body, no_answers=await reading.count_silence(ctx, body))


@handling_router.post(
    "/submissions/{submission_id}/triage",
    operation_id="triageSubmission",
    dependencies=[Depends(access.HUB)],
    responses=problem_responses(*STEP_REFUSALS, OrganisationNotAllowed, ReferenceUnknown),
)
async def triage(
    ctx: ContextDep, hub: HubDep, submission_id: UUID, entry: TriageEntry, expect: ExpectDep, response: Response
) -> SubmissionState:
    """Check kind, programme, field and place."""
    submission = await steps.triage(ctx, hub, submission_id, entry, expect)
    tag(response, ctx.log, submission)
    return responses.submission_response(submission, ctx.now)
