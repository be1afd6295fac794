"""The mailbox of a case. The receipt code travels in bodies only, so that no log and no history keeps it."""

from fastapi import APIRouter, Request

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.web.idempotency import answer_is_not_stored, key_belongs_to
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.use_cases import ContextDep
from sixclear.feedback.errors import MailboxFull, MailboxNotFound, TooManyAttempts
from sixclear.feedback.routes.dependencies import NOT_KEPT, SENDER, ReceiptsDep, case_of
from sixclear.feedback.routes.limited import MailboxRoute
from sixclear.feedback.schemas import CaseView, MailboxMessage, MailboxOpening, MessageState
from sixclear.feedback.service import mailbox, views

router = APIRouter(route_class=MailboxRoute, tags=["mailbox"])


@router.post(
    "/mailbox",
    operation_id="openMailbox",
    dependencies=[SENDER, NOT_KEPT],
    responses=problem_responses(MailboxNotFound, TooManyAttempts),
)
@answer_is_not_stored
@key_belongs_to(case_of)
async def open_mailbox(ctx: ContextDep, receipts: ReceiptsDep, opening: MailboxOpening) -> CaseView:
    """Open a case by its receipt code: where it stands, when its answer is due and why, what was written."""
    submission = await mailbox.open_mailbox(ctx, receipts, opening.receipt_code)
    return await views.case_view(ctx.session, submission, ctx.now)


@router.post(
    "/mailbox/messages",
    operation_id="sendMailboxMessage",
    dependencies=[SENDER, NOT_KEPT],
    status_code=201,
    responses=problem_responses(MailboxNotFound, TooManyAttempts, MailboxFull, TransitionNotAllowed),
)
@key_belongs_to(case_of)
async def send_message(ctx: ContextDep, receipts: ReceiptsDep, entry: MailboxMessage, request: Request) -> MessageState:
    """Write to the handler of one's case."""
    submission = await mailbox.open_mailbox(ctx, receipts, entry.receipt_code, lock=True)
    most = request.app.state.settings.messages_per_case
    message = await mailbox.add_message(ctx, submission, entry.text, author="sender", most=most)
    return views.message_state(message)
