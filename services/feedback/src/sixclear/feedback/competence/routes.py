"""The bodies that may be competent, over HTTP."""

from uuid import UUID

from fastapi import APIRouter, Depends

from sixclear.common.use_case import OrganisationNotAllowed
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.use_cases import ContextDep
from sixclear.feedback.competence import service
from sixclear.feedback.competence.rules import competences
from sixclear.feedback.competence.schemas import CompetentBodies, CompetentBody
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.submission import access
from sixclear.feedback.submission.dependencies import NOT_KEPT, HubDep
from sixclear.feedback.submission.errors import SubmissionNotFound

router = APIRouter(route_class=TransactionalRoute, tags=["case desk"])


@router.get(
    "/submissions/{submission_id}/competence",
    operation_id="suggestCompetentBodies",
    dependencies=[Depends(access.HUB), NOT_KEPT],
    responses=problem_responses(SubmissionNotFound, OrganisationNotAllowed),
)
async def suggest_competent_bodies(ctx: ContextDep, hub: HubDep, submission_id: UUID) -> CompetentBodies:
    """Bodies that may be competent for a case, each with the reason: rules of field and place, and past decisions.

    Nothing is assigned by it. Complaints and denunciations have bodies by law; they are turned away when they are sent.
    """
    found = await service.suggest(ctx, hub, submission_id)
    names = await organisations.briefs(ctx, [one.organisation_id for one in found])
    items = [
        CompetentBody(
            organisation_id=one.organisation_id,
            organisation=organisations.brief(names, one.organisation_id),
            because="decided" if one.rule is None else "rule",
            rule=one.rule,
            reason_vi=one.reason_vi,
            reason_en=one.reason_en,
            times=one.times,
        )
        for one in found
    ]
    return CompetentBodies(edition=competences().edition, items=items)
