"""What a sender does with the own case beside messages: rated, taken back. The receipt code travels in bodies only."""

from fastapi import APIRouter, Depends

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route_options import RouteOptions
from sixclear.common.web.use_cases import ContextDep
from sixclear.feedback.allowance.errors import TooManyAttempts
from sixclear.feedback.mailbox import service
from sixclear.feedback.mailbox.errors import MailboxNotFound
from sixclear.feedback.mailbox.responses import step_response
from sixclear.feedback.mailbox.routes import MailboxRoute, case_of
from sixclear.feedback.mailbox.schemas import CaseStep, MailboxOpening, RatingEntry
from sixclear.feedback.sealing.errors import CaseErased
from sixclear.feedback.submission import access
from sixclear.feedback.submission.dependencies import NOT_KEPT, ReceiptsDep

router = APIRouter(route_class=MailboxRoute, tags=["mailbox"])
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
