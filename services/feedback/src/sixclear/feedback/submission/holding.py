"""What is held as possible spam, over HTTP."""

from uuid import UUID

from fastapi import APIRouter, Depends, Response

from sixclear.common.use_case import OrganisationNotAllowed
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.feedback.submission import access, responses
from sixclear.feedback.submission.dependencies import HubDep
from sixclear.feedback.submission.errors import STEP_REFUSALS
from sixclear.feedback.submission.schemas import ReleaseEntry, SubmissionState
from sixclear.feedback.submission.service import holding

router = APIRouter(route_class=TransactionalRoute, tags=["case desk"])


@router.post(
    "/submissions/{submission_id}/release",
    operation_id="releaseSubmission",
    dependencies=[Depends(access.HUB)],
    responses=problem_responses(*STEP_REFUSALS, OrganisationNotAllowed),
)
async def release(
    ctx: ContextDep, hub: HubDep, submission_id: UUID, _entry: ReleaseEntry, expect: ExpectDep, response: Response
) -> SubmissionState:
    """Hold a submission no longer: it is none of spam. `GET /submissions?held=true` lists what is held.

    What is held for its working day is released without that; a triage releases it too.
    """
    submission = await holding.release(ctx, hub, submission_id, expect)
    tag(response, ctx.log, submission)
    return responses.submission_response(submission, ctx.now)
