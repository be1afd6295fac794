"""What is similar, over HTTP."""

from fastapi import APIRouter, Depends

from sixclear.common.use_case import ReferenceUnknown
from sixclear.common.web.access import Access
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.route_options import RouteOptions
from sixclear.common.web.use_cases import ContextDep
from sixclear.feedback.publication.responses import names_of, summary
from sixclear.feedback.similar import service
from sixclear.feedback.similar.schemas import SimilarPublication, SimilarPublications, SimilarQuestion
from sixclear.feedback.submission.dependencies import NOT_KEPT

_EVERYONE = Access.public("Only public copies are compared, and nothing of the question is kept.")
router = APIRouter(route_class=TransactionalRoute, tags=["public copies"])


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
    alike = await service.public_copies(ctx, asked)
    found = alike or []
    names = await names_of(ctx, [one.found for one in found])
    items = [
        SimilarPublication(**summary(one.found, names).model_dump(), likeness=round(one.likeness, 2)) for one in found
    ]
    return SimilarPublications(items=items, complete=alike is not None)
