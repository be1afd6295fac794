"""The case desk: lists, one case, its steps."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from sixclear.common.caller import OrganisationRequired
from sixclear.common.change import TransitionNotAllowed
from sixclear.common.use_case import (
    Context,
    FactBehindLastChange,
    FactInFuture,
    FactsPastNotAllowed,
    OrganisationNotAllowed,
)
from sixclear.common.web.etags import StaleVersion
from sixclear.common.web.idempotency import answer_is_not_stored
from sixclear.common.web.pagination import CursorParam, InvalidCursor, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute, writes
from sixclear.common.web.schemas import Page
from sixclear.common.web.use_cases import ContextDep, must_match, tag
from sixclear.feedback.errors import AnswerNotFound, MailboxFull, PublicationByDrafter, SubmissionNotFound
from sixclear.feedback.models import Submission
from sixclear.feedback.routes.dependencies import HANDLE, HUB, NOT_KEPT, PUBLISH, HubDep
from sixclear.feedback.schemas import (
    AnswerEntry,
    AnswerState,
    AssignmentEntry,
    ContactRequest,
    ContactView,
    HandlerMessage,
    Kind,
    MessageState,
    Status,
    Step,
    SubmissionState,
    SubmissionSummary,
    SubmissionView,
    TriageEntry,
)
from sixclear.feedback.service import handling, mailbox, reading, views

router = APIRouter(route_class=TransactionalRoute, tags=["case desk"])

_STEP = (
    SubmissionNotFound,
    TransitionNotAllowed,
    StaleVersion,
    FactsPastNotAllowed,
    FactBehindLastChange,
    FactInFuture,
)


@router.get(
    "/submissions",
    operation_id="listSubmissions",
    dependencies=[HANDLE, NOT_KEPT],
    responses=problem_responses(InvalidCursor, OrganisationRequired),
)
async def list_submissions(
    ctx: ContextDep,
    hub: HubDep,
    status: Status | None = None,
    kind: Kind | None = None,
    overdue: Annotated[bool | None, Query(description="Open and past its due time, or not.")] = None,
    organisation: Annotated[UUID | None, Query(description="The body that it is assigned to.")] = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[SubmissionSummary]:
    """Submissions by due time, soonest first: all for the hub, one's own for another body; no texts, no contacts."""
    narrow = reading.Narrowing(status, kind, overdue, organisation)
    context = repr(narrow)
    after = decode_cursor(cursor, datetime, UUID, context=context) if cursor else None
    rows = await reading.list_submissions(ctx, hub, narrow, after, limit + 1)
    return page_of(
        rows,
        limit,
        item=lambda row: views.submission_summary(row, ctx.now),
        key=lambda row: (row.due_at, row.submission_id),
        context=context,
    )


@router.get(
    "/submissions/{submission_id}",
    operation_id="getSubmission",
    dependencies=[HANDLE, NOT_KEPT],
    responses=problem_responses(SubmissionNotFound),
)
@writes
async def get_submission(ctx: ContextDep, hub: HubDep, submission_id: UUID, response: Response) -> SubmissionView:
    """One submission without its contact; reading a sealed one is logged and its author sees that."""
    submission = await reading.read_submission(ctx, hub, submission_id)
    tag(response, ctx.log, submission)
    return await views.submission_view(ctx.session, submission, ctx.now)


@router.post(
    "/submissions/{submission_id}/contact",
    operation_id="readContact",
    dependencies=[HANDLE, NOT_KEPT],
    responses=problem_responses(SubmissionNotFound),
)
@answer_is_not_stored
async def read_contact(ctx: ContextDep, hub: HubDep, submission_id: UUID, entry: ContactRequest) -> ContactView:
    """How the sender can be reached; the reason goes to the access log, and the sender sees that it was read."""
    return views.contact_view(await reading.read_contact(ctx, hub, submission_id, entry.reason))


@router.post(
    "/submissions/{submission_id}/triage",
    operation_id="triageSubmission",
    dependencies=[HUB],
    responses=problem_responses(*_STEP, OrganisationNotAllowed),
)
async def triage(
    ctx: ContextDep, hub: HubDep, submission_id: UUID, entry: TriageEntry, request: Request, response: Response
) -> SubmissionState:
    """Check kind and programme."""
    submission = await _locked(ctx, hub, submission_id, request)
    await handling.triage(ctx, hub, submission, entry)
    return _state(ctx, submission, response)


@router.post(
    "/submissions/{submission_id}/assign",
    operation_id="assignSubmission",
    dependencies=[HUB],
    responses=problem_responses(*_STEP, OrganisationNotAllowed),
)
async def assign(
    ctx: ContextDep, hub: HubDep, submission_id: UUID, entry: AssignmentEntry, request: Request, response: Response
) -> SubmissionState:
    """Give it to the body that must answer; assigning it again is a transfer, and the first clock goes on.

    Answers that were drafted before a transfer can no longer be published.
    """
    submission = await _locked(ctx, hub, submission_id, request)
    await handling.assign(ctx, hub, submission, entry)
    return _state(ctx, submission, response)


@router.post(
    "/submissions/{submission_id}/messages",
    operation_id="askSender",
    dependencies=[HANDLE],
    status_code=201,
    responses=problem_responses(*_STEP, MailboxFull),
)
async def ask_sender(
    ctx: ContextDep, hub: HubDep, submission_id: UUID, entry: HandlerMessage, request: Request, response: Response
) -> MessageState:
    """Write to the sender, who reads it in the mailbox."""
    submission = await _locked(ctx, hub, submission_id, request)
    most = request.app.state.settings.messages_per_case
    message = await mailbox.add_message(
        ctx, submission, entry.text, author="handler", most=most, occurred_at=entry.occurred_at
    )
    tag(response, ctx.log, submission)
    return views.message_state(message)


@router.post(
    "/submissions/{submission_id}/answers",
    operation_id="draftAnswer",
    dependencies=[HANDLE],
    status_code=201,
    responses=problem_responses(*_STEP),
)
async def draft_answer(
    ctx: ContextDep, hub: HubDep, submission_id: UUID, entry: AnswerEntry, request: Request, response: Response
) -> AnswerState:
    """Draft an answer with decision, reason, legal basis and responsible body."""
    submission = await _locked(ctx, hub, submission_id, request)
    answer = await handling.draft_answer(ctx, submission, entry)
    tag(response, ctx.log, submission)
    return views.answer_state(answer, submission)


@router.post(
    "/submissions/{submission_id}/answers/{answer_id}/publish",
    operation_id="publishAnswer",
    dependencies=[PUBLISH],
    responses=problem_responses(*_STEP, AnswerNotFound, PublicationByDrafter),
)
async def publish_answer(
    ctx: ContextDep, hub: HubDep, submission_id: UUID, answer_id: UUID, step: Step, request: Request, response: Response
) -> SubmissionState:
    """Publish an answer that somebody else drafted."""
    submission = await _locked(ctx, hub, submission_id, request)
    await handling.publish_answer(ctx, submission, answer_id, step)
    return _state(ctx, submission, response)


async def _locked(ctx: Context, hub: UUID, submission_id: UUID, request: Request) -> Submission:
    submission = await handling.get_submission(ctx, hub, submission_id, lock=True)
    must_match(request, ctx.log, submission)
    return submission


def _state(ctx: Context, submission: Submission, response: Response) -> SubmissionState:
    tag(response, ctx.log, submission)
    return views.submission_state(submission, ctx.now)
