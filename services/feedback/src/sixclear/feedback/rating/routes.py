"""Satisfaction over HTTP; ratings themselves are given in the mailbox."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from sixclear.common.use_case import ReferenceUnknown
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.references import Reference
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.route_options import RouteOptions
from sixclear.common.web.use_cases import ContextDep
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.rating import access, service
from sixclear.feedback.rating.schemas import SatisfactionFigure

router = APIRouter(route_class=TransactionalRoute, tags=["public log"])


@router.get(
    "/satisfaction",
    operation_id="getSatisfaction",
    dependencies=[Depends(access.EVERYONE), Depends(RouteOptions(writes=True))],
    responses=problem_responses(ReferenceUnknown),
)
async def get_satisfaction(
    ctx: ContextDep,
    organisation: Annotated[
        Reference | None, Query(description="Identifier or any code of the body that answered; without it: all.")
    ] = None,
    year: Annotated[int | None, Query(ge=2000, le=2100, description="Civil year; without it: this one.")] = None,
) -> SatisfactionFigure:
    """How content senders are with answers: by the national formula, and of those who rated, with the response rate.

    Counted once a civil day for all readers."""
    body = await organisations.meant(ctx, "organisation", organisation)
    return await service.satisfaction(ctx, body, year)
