"""What is similar, over HTTP."""

from uuid import UUID

from fastapi import APIRouter, Depends

from sixclear.common.use_case import ReferenceUnknown
from sixclear.common.web.access import Access
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.route_options import RouteOptions
from sixclear.common.web.use_cases import ContextDep
from sixclear.feedback.publication.responses import names_of, summary
from sixclear.feedback.similar import service
from sixclear.feedback.similar.schemas import (
    SimilarCase,
    SimilarCases,
    SimilarPublication,
    SimilarPublications,
    SimilarQuestion,
)
from sixclear.feedback.submission import access
from sixclear.feedback.submission.dependencies import NOT_KEPT, HubDep
from sixclear.feedback.submission.errors import SubmissionNotFound

_EVERYONE = Access.public("Only public copies are compared, and nothing of the question is kept.")
router = APIRouter(route_class=TransactionalRoute, tags=["public copies"])
handling_router = APIRouter(route_class=TransactionalRoute, tags=["case desk"])


@router.post(
    "/similar",
    operation_id="findSimilar",
    dependencies=[Depends(_EVERYONE), NOT_KEPT, Depends(RouteOptions(key_kept_with_entity=True))],
    responses=problem_responses(ReferenceUnknown),
)
async def find_similar(ctx: ContextDep, asked: SimilarQuestion) -> SimilarPublications:
    """Public copies that are like what somebody is about to send. Nothing of the question is stored or logged.

    It is a POST so that the words stand in no address. An `Idempotency-Key` means nothing here.
    """
    found, complete = await service.public_copies(ctx, asked)
    names = await names_of(ctx, [one.found for one in found])
    items = [
        SimilarPublication(**summary(one.found, names).model_dump(), likeness=round(one.likeness, 2)) for one in found
    ]
    return SimilarPublications(items=items, complete=complete)


@handling_router.get(
    "/submissions/{submission_id}/similar",
    operation_id="listSimilarCases",
    dependencies=[Depends(access.HANDLE), NOT_KEPT],
    responses=problem_responses(SubmissionNotFound),
)
async def list_similar_cases(ctx: ContextDep, hub: HubDep, submission_id: UUID) -> SimilarCases:
    """Cases that the caller handles and that are like this one: copies of a campaign first, then the most alike.

    Compared are 18 months, the same field and place, the newest 500. `/submissions/{submission_id}/links` decides.
    """
    found, compared = await service.candidates(ctx, hub, submission_id)
    items = [
        SimilarCase.model_validate(
            {
                "submission_id": one.case.submission_id,
                "kind": one.case.kind,
                "status": one.case.status,
                "title": one.title,
                "received_at": one.case.received_at,
                "likeness": round(one.likeness, 2),
                "same_words": one.same_words,
                "decision": one.decision,
            }
        )
        for one in found
    ]
    return SimilarCases(items=items, compared=compared)
