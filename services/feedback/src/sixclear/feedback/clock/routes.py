"""The clocks of a case over HTTP."""

from uuid import UUID

from fastapi import APIRouter, Depends, Response

from sixclear.common.use_case import OrganisationNotAllowed
from sixclear.common.web.openapi import TAGGED
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.feedback.clock import service
from sixclear.feedback.clock.schemas import MoveEntry, PauseEntry
from sixclear.feedback.fields import Step
from sixclear.feedback.submission import access
from sixclear.feedback.submission.dependencies import NOT_KEPT, HubDep
from sixclear.feedback.submission.errors import (
    STEP_REFUSALS,
    ClockOver,
    DecisionsUsedUp,
    PausesUsedUp,
    SubmissionNotFound,
)
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.responses import clock_response
from sixclear.feedback.submission.schemas import ClockView
from sixclear.feedback.submission.service import reading as submissions
from sixclear.feedback.submission.service import timing

router = APIRouter(route_class=TransactionalRoute, tags=["case desk"])


async def _shown(ctx: ContextDep, submission: Submission) -> ClockView:
    return clock_response(submission, ctx.now, *await timing.pauses_and_moves(ctx, submission.submission_id))


@router.get(
    "/submissions/{submission_id}/clock",
    operation_id="getClock",
    dependencies=[Depends(access.READ), NOT_KEPT],
    responses=TAGGED | problem_responses(SubmissionNotFound),
)
async def get_clock(ctx: ContextDep, hub: HubDep, submission_id: UUID, response: Response) -> ClockView:
    """When the answer is due, by the sender's clock and by the body's, and how that was counted, line by line."""
    submission = await submissions.read_case(ctx, hub, submission_id)
    tag(response, ctx.log, submission)
    return await _shown(ctx, submission)


@router.post(
    "/submissions/{submission_id}/pauses",
    operation_id="askCompletion",
    dependencies=[Depends(access.HANDLE)],
    status_code=201,
    responses=problem_responses(*STEP_REFUSALS, ClockOver, PausesUsedUp),
)
async def ask_completion(
    ctx: ContextDep,
    hub: HubDep,
    submission_id: UUID,
    entry: PauseEntry,
    expect: ExpectDep,
    response: Response,
) -> ClockView:
    """Ask the sender for what lacks. Both clocks stand still until the reply, or the end of the days given.

    Twice at most and ten working days in all; the sender is told the latest due time.
    """
    submission = await service.ask_completion(ctx, hub, submission_id, entry, expect)
    tag(response, ctx.log, submission)
    return await _shown(ctx, submission)


@router.post(
    "/submissions/{submission_id}/pauses/end",
    operation_id="resumeClock",
    dependencies=[Depends(access.HANDLE)],
    responses=problem_responses(*STEP_REFUSALS),
)
async def resume(
    ctx: ContextDep, hub: HubDep, submission_id: UUID, step: Step, expect: ExpectDep, response: Response
) -> ClockView:
    """Let the clocks go on before the sender replied: nothing lacks any more."""
    submission = await service.resume(ctx, hub, submission_id, step, expect)
    tag(response, ctx.log, submission)
    return await _shown(ctx, submission)


@router.post(
    "/submissions/{submission_id}/due-changes",
    operation_id="moveDue",
    dependencies=[Depends(access.HUB)],
    status_code=201,
    responses=problem_responses(*STEP_REFUSALS, OrganisationNotAllowed, ClockOver, DecisionsUsedUp),
)
async def move_due(
    ctx: ContextDep,
    hub: HubDep,
    submission_id: UUID,
    entry: MoveEntry,
    expect: ExpectDep,
    response: Response,
) -> ClockView:
    """Give more working days by decision, fifteen in all at most; the sender is told why.

    Not for a case that is overdue: what was late stays late.
    """
    submission = await service.move_due(ctx, hub, submission_id, entry, expect)
    tag(response, ctx.log, submission)
    return await _shown(ctx, submission)
