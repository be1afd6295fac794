"""Links over HTTP."""

from uuid import UUID

from fastapi import APIRouter, Depends, Response

from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.feedback.link import service
from sixclear.feedback.link.errors import LinkNotAllowed
from sixclear.feedback.link.responses import link_response
from sixclear.feedback.link.schemas import LinkEntry, LinkList, LinkView
from sixclear.feedback.submission import access
from sixclear.feedback.submission.dependencies import NOT_KEPT, HubDep
from sixclear.feedback.submission.errors import STEP_REFUSALS, SubmissionNotFound

router = APIRouter(route_class=TransactionalRoute, tags=["case desk"])


@router.post(
    "/submissions/{submission_id}/links",
    operation_id="decideLink",
    dependencies=[Depends(access.HANDLE)],
    responses=problem_responses(*STEP_REFUSALS, LinkNotAllowed),
)
async def decide_link(
    ctx: ContextDep, hub: HubDep, submission_id: UUID, entry: LinkEntry, expect: ExpectDep, response: Response
) -> LinkView:
    """Say that two cases are of one need, or that they are not. Each keeps its receipt, its clock and its answer."""
    submission, link = await service.decide(ctx, hub, submission_id, entry, expect)
    tag(response, ctx.log, submission)
    return link_response(link, submission_id)


@router.get(
    "/submissions/{submission_id}/links",
    operation_id="listLinks",
    dependencies=[Depends(access.HANDLE), NOT_KEPT],
    responses=problem_responses(SubmissionNotFound),
)
async def list_links(ctx: ContextDep, hub: HubDep, submission_id: UUID) -> LinkList:
    """What was decided of a case and of others that the caller handles, refusals among it; at most 200."""
    links = await service.list_links(ctx, hub, submission_id)
    return LinkList(items=[link_response(link, submission_id) for link in links])
