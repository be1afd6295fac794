"""Organisations: the list, and one with its dated names."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from sixclear.common.use_case import ReferenceUnknown
from sixclear.common.web.access import Access
from sixclear.common.web.openapi import TAGGED
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import SessionDep, TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.texts import Lookup, Words
from sixclear.common.web.use_cases import ContextDep, tag
from sixclear.tasks.organisation import service
from sixclear.tasks.organisation.errors import OrganisationNotFound
from sixclear.tasks.organisation.responses import organisation_summary
from sixclear.tasks.organisation.schemas import Level, OrganisationDetail, OrganisationView

router = APIRouter(route_class=TransactionalRoute, tags=["organisations"])

_Q = (
    "A code, or a name as people write it: without diacritics, blanks or the words of its kind (tỉnh, thành phố, TP,"
    " phường, xã, đặc khu). Units that were merged are found by what they were called, as `predecessors` of another."
)
PUBLIC = Depends(Access.public("Which organisation is responsible is published to everyone."))


@router.get(
    "/organisations",
    operation_id="listOrganisations",
    responses=problem_responses(ReferenceUnknown),
    dependencies=[PUBLIC],
)
async def list_organisations(
    session: SessionDep,
    level: Level | None = None,
    parent: Annotated[Lookup | None, Query(description="Identifier or code of the parent.")] = None,
    q: Annotated[Words | None, Query(description=_Q)] = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[OrganisationView]:
    """Organisations in the order of their codes; with `q` those that fit best come first."""
    parent_id = await service.meant(session, "parent", parent) if parent else None
    context = f"organisations by fit {level} {parent_id} {q}"
    after = decode_cursor(cursor, str, str, UUID, context=context) if cursor else None
    rows = await service.list_organisations(
        session, level=level, parent_id=parent_id, query=q, after=after, limit=limit + 1
    )
    return page_of(
        rows,
        limit,
        item=lambda found: organisation_summary(found[0]),
        key=lambda found: (found[1], found[0].code, found[0].organisation_id),
        context=context,
    )


@router.get(
    "/organisations/{organisation}",
    operation_id="getOrganisation",
    dependencies=[PUBLIC],
    responses=TAGGED | problem_responses(OrganisationNotFound),
)
async def get_organisation(
    ctx: ContextDep,
    organisation: Annotated[Lookup, Path(description="Identifier or any code.")],
    response: Response,
) -> OrganisationDetail:
    """One organisation with its dated names.

    The code of one that was merged means its successor, which names it among its `predecessors`; its identifier means
    it itself, with `ended` and `successor`.
    """
    body = await service.get_organisation(ctx.session, organisation)
    tag(response, ctx.log, body)
    return await service.described(ctx.session, body)
