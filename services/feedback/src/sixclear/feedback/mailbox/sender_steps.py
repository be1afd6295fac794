"""What a sender does with the own case beside messages: rated, taken back. The receipt code travels in bodies only."""

from fastapi import APIRouter, Depends

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.route_options import RouteOptions
from sixclear.common.web.use_cases import ContextDep
from sixclear.feedback.allowance.errors import TooManyAttempts
from sixclear.feedback.mailbox import service
from sixclear.feedback.mailbox.errors import MailboxNotFound
from sixclear.feedback.mailbox.responses import copy_response, step_response
from sixclear.feedback.mailbox.routes import MailboxRoute, case_of
from sixclear.feedback.mailbox.schemas import (
    AppealEntry,
    CaseCopy,
    CaseStep,
    MailboxOpening,
    NoticeChange,
    NoticeOffer,
    RatingEntry,
    ReopeningEntry,
)
from sixclear.feedback.notice.errors import NoticesNotSent
from sixclear.feedback.notice.schemas import NoticeView
from sixclear.feedback.sealing.errors import CaseErased
from sixclear.feedback.submission import access
from sixclear.feedback.submission.dependencies import NOT_KEPT, HubDep, NoticesDep, ReceiptsDep

router = APIRouter(route_class=MailboxRoute, tags=["mailbox"])
offer_router = APIRouter(route_class=TransactionalRoute, tags=["mailbox"])
_OF_THE_CASE = Depends(RouteOptions(key_belongs_to=case_of))
_REFUSALS = (MailboxNotFound, TooManyAttempts, TransitionNotAllowed)


@router.post(
    "/mailbox/rating",
    operation_id="rateAnswer",
    dependencies=[Depends(access.SENDER), NOT_KEPT, _OF_THE_CASE],
    responses=problem_responses(*_REFUSALS, CaseErased),
)
async def rate(ctx: ContextDep, receipts: ReceiptsDep, entry: RatingEntry) -> CaseStep:
    """Say once, for thirty days, how far the answer helped. It is asked for once more after a week; silence is silence.

    The words are for the bodies that handle the case; the rating alone is published.
    """
    return step_response(await service.rate(ctx, receipts, entry))


@router.post(
    "/mailbox/withdraw",
    operation_id="withdrawSubmission",
    dependencies=[Depends(access.SENDER), NOT_KEPT, _OF_THE_CASE],
    responses=problem_responses(*_REFUSALS),
)
async def withdraw(ctx: ContextDep, receipts: ReceiptsDep, opening: MailboxOpening) -> CaseStep:
    """Take one's case back, for good, before it is answered. It is stated as closed; the mailbox still opens."""
    return step_response(await service.withdraw(ctx, receipts, opening.receipt_code))


@router.post(
    "/mailbox/reopen",
    operation_id="reopenSubmission",
    dependencies=[Depends(access.SENDER), NOT_KEPT, _OF_THE_CASE],
    responses=problem_responses(*_REFUSALS, CaseErased),
)
async def reopen(ctx: ContextDep, receipts: ReceiptsDep, entry: ReopeningEntry) -> CaseStep:
    """Have an answered case opened again, once, within thirty days: the same body answers again, in a term of its own.

    The former answer stays readable, and its rating is open again with the next one.
    """
    return step_response(await service.reopen(ctx, receipts, entry))


@router.post(
    "/mailbox/appeal",
    operation_id="appeal",
    dependencies=[Depends(access.SENDER), NOT_KEPT, _OF_THE_CASE],
    responses=problem_responses(*_REFUSALS, CaseErased),
)
async def appeal(ctx: ContextDep, hub: HubDep, receipts: ReceiptsDep, entry: AppealEntry) -> CaseStep:
    """Appeal to the body above: against an answer, or against silence once the case is overdue.

    Two levels, each with fifteen working days and people who had no part; the second is open when the first decided, or
    did not in time.
    """
    return step_response(await service.appeal(ctx, hub, receipts, entry))


@router.post(
    "/mailbox/notice",
    operation_id="changeNotice",
    dependencies=[Depends(access.SENDER), NOT_KEPT, _OF_THE_CASE],
    responses=problem_responses(MailboxNotFound, TooManyAttempts, NoticesNotSent),
)
async def change_notice(ctx: ContextDep, receipts: ReceiptsDep, entry: NoticeChange, taken: NoticesDep) -> NoticeView:
    """Be told by mail that there is news, at most once a day, or no longer. No mail says anything of the case.

    Only the process that sends can read the address; it goes with the contact, too.
    """
    return await service.change_notice(ctx, receipts, entry, taken=taken)


@offer_router.get(
    "/notices", operation_id="readNoticeOffer", dependencies=[Depends(access.OFFER)], responses=problem_responses()
)
async def read_offer(taken: NoticesDep) -> NoticeOffer:
    """Whether senders can be told by mail that there is news."""
    return NoticeOffer(offered=taken)


@router.post(
    "/mailbox/copy",
    operation_id="copyOwnData",
    dependencies=[Depends(access.SENDER), NOT_KEPT, Depends(RouteOptions(stores_answer=False, key_belongs_to=case_of))],
    responses=problem_responses(MailboxNotFound, TooManyAttempts),
)
async def copy_own_data(ctx: ContextDep, receipts: ReceiptsDep, opening: MailboxOpening) -> CaseCopy:
    """A copy of all that is held about one in this case, contact included: at once, where the law gives two days."""
    submission = await service.open_mailbox(ctx, receipts, opening.receipt_code)
    return await copy_response(ctx, submission, await service.list_statements(ctx, receipts, opening.receipt_code))
