"""The mailbox of a case. The receipt code travels in bodies only, so that no log and no history keeps it."""

from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.web import idempotency
from sixclear.common.web.access import current_caller
from sixclear.common.web.idempotency import IdempotencyKeyRequired, InvalidIdempotencyKey, RequiredKeyDep
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute, current_session, current_time
from sixclear.common.web.route_options import RouteOptions
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.feedback.allowance import service as allowances
from sixclear.feedback.allowance.errors import TooManyAttempts
from sixclear.feedback.attachment.errors import AttachmentUnreadable
from sixclear.feedback.mailbox import service
from sixclear.feedback.mailbox.errors import MailboxFull, MailboxNotFound
from sixclear.feedback.mailbox.metrics import MAILBOX_OPENINGS
from sixclear.feedback.mailbox.responses import case_response, erasure_response, sent_response, statement_response
from sixclear.feedback.mailbox.schemas import (
    CaseView,
    ConsentEntry,
    ConsentState,
    ErasureEntry,
    ErasureState,
    HandlerMessage,
    IdentityEntry,
    IdentityState,
    MailboxMessage,
    MailboxOpening,
    MessageState,
    NewCode,
)
from sixclear.feedback.sealing.errors import CaseErased
from sixclear.feedback.submission import access
from sixclear.feedback.submission.dependencies import (
    NOT_KEPT,
    HubDep,
    MostDep,
    ReceiptsDep,
    counted_visitor,
    database_of,
    parts_of,
    receipts_of,
)
from sixclear.feedback.submission.errors import STEP_REFUSALS
from sixclear.feedback.submission.service.intake import KEY_LENGTHS
from sixclear.feedback.submission.service.reading import find_case
from sixclear.feedback.transparency.schemas import StatementView

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class MailboxRoute(TransactionalRoute):
    """A wrong receipt code costs the visitor one use; past them TooManyAttempts, also for a right one.

    A file that does not open costs one as well. The use is counted in a transaction of its own, after that of the
    request was rolled back (see `SendingRoute`).
    """

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            bucket, visitor = parts_of(request).wrong_codes, await counted_visitor(request)
            try:
                async with database_of(request).session() as session:
                    await allowances.require(session, bucket, *visitor)
                response = await handler(request)
            except TooManyAttempts:
                MAILBOX_OPENINGS.labels("limited").inc()
                raise
            except MailboxNotFound:
                MAILBOX_OPENINGS.labels("unknown").inc()
                async with database_of(request).single_statements() as session:
                    await allowances.owe(session, bucket, *visitor)
                raise
            except AttachmentUnreadable:  # such a file takes the child's time and memory
                async with database_of(request).single_statements() as session:
                    await allowances.owe(session, bucket, *visitor)
                raise
            if response.status_code < 400:
                MAILBOX_OPENINGS.labels("opened").inc()
            return response

        return handle


async def case_of(request: Request) -> str:
    """The case that the receipt code in the body opens, as a keyed hash of the code; empty where it opens none.

    A code that was ended owns no keys: what was sent with it and a key is not told again, nor that it was. Releases up
    to 0.1 kept keys under the hash that the row of the case has; a retry of what was sent to them finds it there for a
    day. The body is not validated yet: it can be anything.
    """
    try:
        body = await request.json()
    except (ValueError, RecursionError):
        return ""
    typed = body.get("receipt_code") if isinstance(body, dict) else None
    if not isinstance(typed, str):
        return ""
    receipts, session = await receipts_of(request), await current_session(request)
    case = await find_case(session, receipts, typed)
    if case is None:
        return ""
    before, key = case.receipt_hash.hex(), idempotency.key_of(request)
    owner = f"{(await current_caller(request)).client_id} {before}"
    if key is not None and await idempotency.stands(session, owner, key, await current_time(request)):
        return before
    return receipts.owner_hash(typed).hex()


router = APIRouter(route_class=MailboxRoute, tags=["mailbox"])
handling_router = APIRouter(route_class=TransactionalRoute, tags=["case desk"])


@router.post(
    "/mailbox",
    operation_id="openMailbox",
    dependencies=[
        Depends(access.SENDER),
        NOT_KEPT,
        Depends(RouteOptions(stores_answer=False, key_belongs_to=case_of)),
    ],
    responses=problem_responses(MailboxNotFound, TooManyAttempts),
)
async def open_mailbox(ctx: ContextDep, receipts: ReceiptsDep, opening: MailboxOpening) -> CaseView:
    """Open a case by its receipt code: where it stands, when its answer is due and why, what was written."""
    submission = await service.open_mailbox(ctx, receipts, opening.receipt_code)
    return await case_response(ctx, submission)


@router.post(
    "/mailbox/statements",
    operation_id="listMailboxStatements",
    dependencies=[
        Depends(access.SENDER),
        NOT_KEPT,
        Depends(RouteOptions(stores_answer=False, key_belongs_to=case_of)),
    ],
    responses=problem_responses(MailboxNotFound, TooManyAttempts),
)
async def list_statements(ctx: ContextDep, receipts: ReceiptsDep, opening: MailboxOpening) -> list[StatementView]:
    """What was stated on a case, signed, with the proof that the public log has it; the newest hundred, oldest first.

    With the text of `/log/policy` each is a receipt that anyone can verify, also when the case is erased.
    """
    return [statement_response(stated) for stated in await service.list_statements(ctx, receipts, opening.receipt_code)]


@router.post(
    "/mailbox/code",
    operation_id="changeReceiptCode",
    dependencies=[
        Depends(access.SENDER),
        NOT_KEPT,
        Depends(RouteOptions(key_kept_with_entity=True, key_lengths=KEY_LENGTHS)),
    ],
    responses=problem_responses(MailboxNotFound, TooManyAttempts, InvalidIdempotencyKey, IdempotencyKeyRequired),
)
async def change_code(
    ctx: ContextDep, receipts: ReceiptsDep, key: RequiredKeyDep, opening: MailboxOpening, response: Response
) -> NewCode:
    """Take a new receipt code, and end this one: when somebody saw it, or a desk entered the case.

    The new code is told once; the same `Idempotency-Key` (16 to 200 characters) and code give it again.
    """
    changed = await service.change_code(ctx, receipts, opening.receipt_code, key)
    if changed.again:
        response.headers["Idempotency-Replayed"] = "true"
    return NewCode(receipt_code=changed.code, code_changed_at=changed.changed_at)


@router.post(
    "/mailbox/identity",
    operation_id="raiseIdentity",
    dependencies=[Depends(access.SENDER), NOT_KEPT, Depends(RouteOptions(key_belongs_to=case_of))],
    responses=problem_responses(MailboxNotFound, TooManyAttempts, TransitionNotAllowed, CaseErased),
)
async def raise_identity(ctx: ContextDep, receipts: ReceiptsDep, entry: IdentityEntry) -> IdentityState:
    """Say who one is, or how to be reached, later than at sending. Only the sender does; no one lowers it again.

    A case that was sent anonymously keeps showing the hour alone of each step.
    """
    submission = await service.raise_identity(ctx, receipts, entry)
    return IdentityState.model_validate(submission, from_attributes=True)


@router.post(
    "/mailbox/consent",
    operation_id="changeConsent",
    dependencies=[Depends(access.SENDER), NOT_KEPT, Depends(RouteOptions(key_belongs_to=case_of))],
    responses=problem_responses(MailboxNotFound, TooManyAttempts),
)
async def change_consent(ctx: ContextDep, receipts: ReceiptsDep, entry: ConsentEntry) -> ConsentState:
    """Agree that a moderator releases a public copy, or no longer. Without consent one that stands is taken back."""
    withdrawn = await service.change_consent(ctx, receipts, entry)
    return ConsentState(consent=entry.consent, publication_withdrawn=withdrawn)


@router.post(
    "/mailbox/erasure",
    operation_id="eraseOwn",
    dependencies=[Depends(access.SENDER), NOT_KEPT, Depends(RouteOptions(key_belongs_to=case_of))],
    responses=problem_responses(MailboxNotFound, TooManyAttempts, TransitionNotAllowed),
)
async def erase(ctx: ContextDep, receipts: ReceiptsDep, entry: ErasureEntry) -> ErasureState:
    """Erase one's contact, or all that was written in one's case once it is answered. It cannot be undone.

    The keys by which it opens are deleted: nobody reads it any more, and after `backups_until` in no backup either.
    """
    return erasure_response(await service.erase(ctx, receipts, entry))


@router.post(
    "/mailbox/messages",
    operation_id="sendMailboxMessage",
    dependencies=[Depends(access.SENDER), NOT_KEPT, Depends(RouteOptions(key_belongs_to=case_of))],
    status_code=201,
    responses=problem_responses(MailboxNotFound, TooManyAttempts, MailboxFull, TransitionNotAllowed, CaseErased),
)
async def send_message(ctx: ContextDep, receipts: ReceiptsDep, entry: MailboxMessage, most: MostDep) -> MessageState:
    """Write to the handler of one's case. After the answer it is still read; it does not reopen the case."""
    return sent_response(await service.send_message(ctx, receipts, entry, most))


@handling_router.post(
    "/submissions/{submission_id}/messages",
    operation_id="askSender",
    dependencies=[Depends(access.HANDLE)],
    status_code=201,
    responses=problem_responses(*STEP_REFUSALS, MailboxFull),
)
async def ask_sender(
    ctx: ContextDep,
    hub: HubDep,
    submission_id: UUID,
    entry: HandlerMessage,
    most: MostDep,
    expect: ExpectDep,
    response: Response,
) -> MessageState:
    """Write to the sender, who reads it in the mailbox."""
    message, submission = await service.ask_sender(ctx, hub, submission_id, entry, most, expect)
    tag(response, ctx.log, submission)
    return sent_response(message)
