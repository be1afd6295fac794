"""Programmes: the list, one of them, and opening one."""

from fastapi import APIRouter, Depends, Response

from sixclear.common.use_case import (
    FactBehindLastChange,
    FactInFuture,
    FactsPastNotAllowed,
    OrganisationNotAllowed,
    ReferenceUnknown,
)
from sixclear.common.web.access import Access
from sixclear.common.web.etags import StaleVersion
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import SessionDep, TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.texts import Lookup
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.tasks.programme import service
from sixclear.tasks.programme.errors import ProgrammeNotFound
from sixclear.tasks.programme.responses import programme_responses
from sixclear.tasks.programme.schemas import ProgrammeEntry, ProgrammeView

router = APIRouter(route_class=TransactionalRoute, tags=["organisations"])

PUBLIC = Depends(Access.public("Programmes are published to everyone."))
ADMINISTER = Depends(Access.scope("tasks:administer", organisation="own"))


@router.get("/programmes", operation_id="listProgrammes", dependencies=[PUBLIC])
async def list_programmes(
    session: SessionDep, cursor: CursorParam = None, limit: LimitParam = 50
) -> Page[ProgrammeView]:
    """Programmes in the order of their slugs."""
    after = decode_cursor(cursor, str, context="programmes")[0] if cursor else None
    rows = await service.list_programmes(session, after=after, limit=limit + 1)
    views = await programme_responses(session, rows)
    return page_of(views, limit, item=lambda view: view, key=lambda view: (view.slug,), context="programmes")


@router.get(
    "/programmes/{slug}",
    operation_id="getProgramme",
    dependencies=[PUBLIC],
    responses=problem_responses(ProgrammeNotFound),
)
async def get_programme(session: SessionDep, slug: Lookup) -> ProgrammeView:
    """One programme."""
    row = await service.get_programme(session, slug)
    return (await programme_responses(session, [row]))[0]


@router.post(
    "/programmes",
    operation_id="registerProgramme",
    dependencies=[ADMINISTER],
    status_code=201,
    responses=problem_responses(
        ReferenceUnknown,
        OrganisationNotAllowed,
        FactsPastNotAllowed,
        FactBehindLastChange,
        FactInFuture,
        StaleVersion,
    ),
)
async def register_programme(
    ctx: ContextDep, entry: ProgrammeEntry, expect: ExpectDep, response: Response
) -> ProgrammeView:
    """Open a programme, or describe again the one with this slug (200)."""
    programme, created = await service.register_programme(ctx, entry, expect)
    response.status_code = 201 if created else 200
    tag(response, ctx.log, programme)
    return (await programme_responses(ctx.session, [programme]))[0]
