"""Copies of a campaign over HTTP: answered with one draft, which another person checks once."""

from uuid import UUID

from fastapi import APIRouter, Depends, Response

from sixclear.common.use_case import ReferenceUnknown
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.feedback.answer.errors import AnswerNotFound, AnswerSaysNothing, PersonNotKnown, PublicationByDrafter
from sixclear.feedback.campaign import service
from sixclear.feedback.campaign.responses import step_response
from sixclear.feedback.campaign.schemas import CampaignAnswerEntry, CampaignPublication, CampaignStep
from sixclear.feedback.submission import access
from sixclear.feedback.submission.dependencies import HubDep
from sixclear.feedback.submission.errors import STEP_REFUSALS

router = APIRouter(route_class=TransactionalRoute, tags=["case desk"])


@router.post(
    "/submissions/{submission_id}/campaign/answers",
    operation_id="draftCampaignAnswer",
    dependencies=[Depends(access.HANDLE)],
    status_code=201,
    responses=problem_responses(*STEP_REFUSALS, ReferenceUnknown, PersonNotKnown, AnswerSaysNothing),
)
async def draft(
    ctx: ContextDep, hub: HubDep, submission_id: UUID, entry: CampaignAnswerEntry, expect: ExpectDep, response: Response
) -> CampaignStep:
    """Draft one answer in a case and in its copies: cases with the same words, which the same body has to answer.

    A copy for which somebody drafted an answer of its own is left; what the caller drafted for all copies before is
    replaced. Each case keeps its receipt, its clock and an answer of its own. `If-Match` is of the named case.
    """
    step = await service.draft(ctx, hub, submission_id, entry, expect)
    tag(response, ctx.log, step.case)
    return step_response(step.done, step.left, step.more)


@router.post(
    "/submissions/{submission_id}/campaign/answers/{answer_id}/publish",
    operation_id="publishCampaignAnswer",
    dependencies=[Depends(access.PUBLISH)],
    responses=problem_responses(*STEP_REFUSALS, AnswerNotFound, PersonNotKnown, PublicationByDrafter),
)
async def publish(
    ctx: ContextDep,
    hub: HubDep,
    submission_id: UUID,
    answer_id: UUID,
    _entry: CampaignPublication,
    expect: ExpectDep,
    response: Response,
) -> CampaignStep:
    """Publish a draft that another person wrote, in its case and in each copy into which it was drafted with it.

    A copy that experts review, or for which something was drafted since, is left to a publisher of its own.
    """
    step = await service.publish(ctx, hub, submission_id, answer_id, expect)
    tag(response, ctx.log, step.case)
    return step_response(step.done, step.left, step.more)
