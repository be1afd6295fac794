"""The whole case over HTTP: read by a handler, given to the body that must answer."""

from uuid import UUID

from fastapi import APIRouter, Depends, Response

from sixclear.common.use_case import OrganisationNotAllowed, ReferenceUnknown
from sixclear.common.web.openapi import TAGGED
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.route_options import RouteOptions
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.feedback.fields import Step
from sixclear.feedback.handling import service
from sixclear.feedback.handling.responses import handled_response
from sixclear.feedback.handling.schemas import AssignmentEntry, SubmissionView
from sixclear.feedback.submission import access
from sixclear.feedback.submission.dependencies import NOT_KEPT, HubDep, ReceiptsDep
from sixclear.feedback.submission.errors import STEP_REFUSALS, SubmissionNotFound
from sixclear.feedback.submission.responses import submission_response
from sixclear.feedback.submission.schemas import SubmissionState
from sixclear.feedback.submission.service import reading as submissions
from sixclear.feedback.transfer.errors import TransferDecided, TransferNotFound
from sixclear.feedback.transfer.responses import decided_response
from sixclear.feedback.transfer.schemas import TransferredCase

router = APIRouter(route_class=TransactionalRoute, tags=["case desk"])


@router.get(
    "/submissions/{submission_id}",
    operation_id="getSubmission",
    dependencies=[Depends(access.READ), NOT_KEPT, Depends(RouteOptions(writes=True))],
    responses=TAGGED | problem_responses(SubmissionNotFound),
)
async def get_submission(ctx: ContextDep, hub: HubDep, submission_id: UUID, response: Response) -> SubmissionView:
    """One submission without its contact, also for the body that it is offered to.

    Reading a sealed one is logged and its author sees that.
    """
    submission = await submissions.read_submission(ctx, hub, submission_id)
    tag(response, ctx.log, submission)
    return await handled_response(ctx, submission)


@router.post(
    "/submissions/{submission_id}/assign",
    operation_id="assignSubmission",
    dependencies=[Depends(access.HUB)],
    responses=problem_responses(*STEP_REFUSALS, OrganisationNotAllowed, ReferenceUnknown),
)
async def assign(
    ctx: ContextDep,
    hub: HubDep,
    receipts: ReceiptsDep,
    submission_id: UUID,
    entry: AssignmentEntry,
    expect: ExpectDep,
    response: Response,
) -> SubmissionState:
    """Give it to the body that must answer; assigning it again is a transfer, and the first clock goes on.

    Answers that were drafted before a transfer can no longer be published.
    """
    submission = await service.assign(ctx, hub, receipts, submission_id, entry, expect)
    tag(response, ctx.log, submission)
    return submission_response(submission, ctx.now)


@router.post(
    "/submissions/{submission_id}/transfers/{transfer_id}/accept",
    operation_id="acceptCaseTransfer",
    dependencies=[Depends(access.OFFERED)],
    responses=problem_responses(*STEP_REFUSALS, TransferNotFound, TransferDecided),
)
async def accept_transfer(
    ctx: ContextDep,
    hub: HubDep,
    receipts: ReceiptsDep,
    submission_id: UUID,
    transfer_id: UUID,
    step: Step,
    expect: ExpectDep,
    response: Response,
) -> TransferredCase:
    """Take a case that was offered. The body's clock starts again unless it stands below the former one.

    Answers that were drafted before can no longer be published.
    """
    transfer, submission = await service.accept_transfer(ctx, hub, receipts, submission_id, transfer_id, step, expect)
    tag(response, ctx.log, submission)
    return await decided_response(ctx, transfer, submission)
