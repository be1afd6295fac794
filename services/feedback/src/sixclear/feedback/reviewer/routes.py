"""The register of experts over HTTP, for the hub."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from sixclear.common.use_case import OrganisationNotAllowed, ReferenceUnknown
from sixclear.common.web.etags import StaleVersion
from sixclear.common.web.openapi import TAGGED
from sixclear.common.web.pagination import CursorParam, InvalidCursor, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.texts import Slug
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.reviewer import responses, service
from sixclear.feedback.reviewer.errors import ReviewerNotFound, ReviewerRegistered
from sixclear.feedback.reviewer.schemas import ReviewerDescription, ReviewerEntry, ReviewerState, ReviewerView
from sixclear.feedback.submission import access
from sixclear.feedback.submission.dependencies import NOT_KEPT, HubDep

router = APIRouter(route_class=TransactionalRoute, tags=["expert review"])


@router.post(
    "/reviewers",
    operation_id="registerReviewer",
    dependencies=[Depends(access.HUB)],
    status_code=201,
    responses=problem_responses(ReviewerRegistered, OrganisationNotAllowed, ReferenceUnknown)
    | {200: {"description": "The register says the same already; nothing changed.", "model": ReviewerState}},
)
async def register(ctx: ContextDep, hub: HubDep, entry: ReviewerEntry, response: Response) -> ReviewerState:
    """Register an expert, by person or position, with body, fields and how many reviews may be open."""
    reviewer, registered = await service.register(ctx, hub, entry)
    response.status_code = 201 if registered else 200
    return responses.reviewer_state(reviewer)


@router.put(
    "/reviewers/{reviewer_id}",
    operation_id="describeReviewer",
    dependencies=[Depends(access.HUB)],
    responses=problem_responses(ReviewerNotFound, OrganisationNotAllowed, ReferenceUnknown, StaleVersion),
)
async def describe(
    ctx: ContextDep,
    hub: HubDep,
    reviewer_id: UUID,
    description: ReviewerDescription,
    expect: ExpectDep,
    response: Response,
) -> ReviewerState:
    """Say again all that the register says of an expert; who it is stays. With `capacity` 0 no more reviews come."""
    reviewer = await service.change(ctx, hub, reviewer_id, description, expect)
    tag(response, ctx.log, reviewer)
    return responses.reviewer_state(reviewer)


@router.get(
    "/reviewers",
    operation_id="listReviewers",
    dependencies=[Depends(access.HUB), NOT_KEPT],
    responses=problem_responses(InvalidCursor, OrganisationNotAllowed),
)
async def list_reviewers(
    ctx: ContextDep,
    hub: HubDep,
    field: Annotated[Slug | None, Query(description="Experts who know this field.")] = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[ReviewerView]:
    """The experts in a fixed order; names stand in no address, so not by name."""
    context = f"reviewers {field}"
    counted, *after = decode_cursor(cursor, int, UUID, context=context) if cursor else (None,)
    rows = await service.list_reviewers(ctx, hub, field, after[0] if after else None, limit + 1)
    if counted is None:
        counted = await service.count_reviewers(ctx, field)
    names = await organisations.briefs(ctx, responses.bodies_of(rows))
    return page_of(
        rows,
        limit,
        item=lambda row: responses.reviewer_response(row, names),
        key=lambda row: (row.reviewer_id,),
        context=context,
        counted=counted,
    )


@router.get(
    "/reviewers/{reviewer_id}",
    operation_id="getReviewer",
    dependencies=[Depends(access.HUB), NOT_KEPT],
    responses=TAGGED | problem_responses(ReviewerNotFound, OrganisationNotAllowed),
)
async def get_reviewer(ctx: ContextDep, hub: HubDep, reviewer_id: UUID, response: Response) -> ReviewerView:
    """One expert."""
    reviewer = await service.get(ctx, hub, reviewer_id)
    tag(response, ctx.log, reviewer)
    return responses.reviewer_response(reviewer, await organisations.briefs(ctx, responses.bodies_of([reviewer])))
