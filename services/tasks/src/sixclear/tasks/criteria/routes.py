"""Sets of criteria over HTTP: the list, one of them, and publishing one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from sixclear.common.use_case import AlreadyRegistered, Context, OrganisationNotAllowed, ReferenceUnknown
from sixclear.common.web.openapi import LOCATED
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.texts import Lookup
from sixclear.common.web.use_cases import ContextDep, locate
from sixclear.tasks.criteria import access, service
from sixclear.tasks.criteria.errors import CriteriaNotFound, CriteriaRefused
from sixclear.tasks.criteria.models import CriteriaSet
from sixclear.tasks.criteria.responses import criteria_responses
from sixclear.tasks.criteria.schemas import CriteriaEntry, CriteriaView
from sixclear.tasks.fields import PREFIX
from sixclear.tasks.programme.errors import ProgrammeNotFound

router = APIRouter(route_class=TransactionalRoute, tags=["assessments"])

EditionParam = Annotated[
    int | None, Query(ge=1, le=10_000, description="The edition of the set. Without it: the newest one.")
]


@router.get(
    "/criteria",
    operation_id="listCriteria",
    dependencies=[Depends(access.PUBLIC)],
    responses=problem_responses(ProgrammeNotFound),
)
async def list_criteria(
    ctx: ContextDep, programme: Lookup | None = None, cursor: CursorParam = None, limit: LimitParam = 50
) -> Page[CriteriaView]:
    """Sets of criteria in the order of their codes, the newest edition first."""
    context = f"criteria {programme}"
    after = decode_cursor(cursor, str, int, context=context) if cursor else None
    found = await service.list_criteria(ctx, programme, (after[0], after[1]) if after else None, limit + 1)
    views = await criteria_responses(ctx.session, found)
    return page_of(views, limit, item=lambda view: view, key=lambda view: (view.code, view.edition), context=context)


@router.get(
    "/criteria/{criteria}",
    operation_id="getCriteria",
    dependencies=[Depends(access.PUBLIC)],
    responses=problem_responses(CriteriaNotFound),
)
async def get_criteria(ctx: ContextDep, criteria: Lookup, edition: EditionParam = None) -> CriteriaView:
    """One set of criteria by its code, in the newest edition or in the one that is named."""
    return await _answer(ctx, await service.get_criteria(ctx, criteria, edition))


@router.post(
    "/criteria",
    operation_id="publishCriteria",
    dependencies=[Depends(access.PUBLISH)],
    status_code=201,
    responses=LOCATED
    | problem_responses(CriteriaRefused, AlreadyRegistered, ReferenceUnknown, OrganisationNotAllowed)
    | {200: {"description": "The newest edition says the same; nothing changed.", "model": CriteriaView}},
)
async def publish(ctx: ContextDep, entry: CriteriaEntry, response: Response) -> CriteriaView:
    """Publish a set of criteria of your programme; another content under its code is the next edition.

    An edition never changes, and an assessment keeps the one under which it was opened.
    """
    criteria, created = await service.publish(ctx, entry)
    if created:
        locate(response, f"{PREFIX}/criteria/{criteria.code}?edition={criteria.edition}")
    else:
        response.status_code = 200
    return await _answer(ctx, criteria)


async def _answer(ctx: Context, criteria: CriteriaSet) -> CriteriaView:
    return (await criteria_responses(ctx.session, [criteria]))[0]
