"""Organisations, programmes, directives."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from sixclear.common.auth.access import Access
from sixclear.common.use_case import FactBehindLastChange, FactInFuture, FactsPastNotAllowed, OrganisationNotAllowed
from sixclear.common.web.etags import StaleVersion
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import SessionDep, TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.tasks.classification.routes import PUBLIC
from sixclear.tasks.organisation import service as organisations
from sixclear.tasks.task import responses as answers
from sixclear.tasks.task.errors import DirectiveNotFound, OrganisationNotFound, ProgrammeNotFound, ReferenceUnknown
from sixclear.tasks.task.models import Organisation
from sixclear.tasks.task.schemas import (
    DirectiveEntry,
    DirectiveView,
    Level,
    OrganisationDetail,
    OrganisationPeriodView,
    OrganisationView,
    ProgrammeEntry,
    ProgrammeView,
)

router = APIRouter(route_class=TransactionalRoute, tags=["organisations"])

ADMINISTER = Depends(Access.scope("tasks:administer", organisation="own"))
_UPSERT = (
    ReferenceUnknown,
    OrganisationNotAllowed,
    FactsPastNotAllowed,
    FactBehindLastChange,
    FactInFuture,
    StaleVersion,
)


def _view(organisation: Organisation) -> OrganisationView:
    return OrganisationView.model_validate(organisation, from_attributes=True)


@router.get("/organisations", operation_id="listOrganisations", dependencies=[PUBLIC])
async def list_organisations(
    session: SessionDep,
    level: Level | None = None,
    parent: Annotated[str | None, Query(max_length=80, description="Identifier or code of the parent.")] = None,
    q: Annotated[str | None, Query(max_length=200, description="Part of the name; diacritics do not matter.")] = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[OrganisationView]:
    """Organisations in the order of their codes."""
    parent_id = (await organisations.get_organisation(session, parent)).organisation_id if parent else None
    context = f"organisations {level} {parent_id} {q}"
    after = decode_cursor(cursor, str, UUID, context=context) if cursor else None
    rows = await organisations.list_organisations(
        session, level=level, parent_id=parent_id, query=q, after=after, limit=limit + 1
    )
    return page_of(rows, limit, item=_view, key=lambda row: (row.code, row.organisation_id), context=context)


@router.get(
    "/organisations/{organisation}",
    operation_id="getOrganisation",
    dependencies=[PUBLIC],
    responses=problem_responses(OrganisationNotFound),
)
async def get_organisation(
    session: SessionDep, organisation: Annotated[str, Path(max_length=80, description="Identifier or any code.")]
) -> OrganisationDetail:
    """One organisation with its dated names."""
    row = await organisations.get_organisation(session, organisation)
    periods = await organisations.periods_of(session, row)
    return OrganisationDetail(
        **_view(row).model_dump(),
        periods=[OrganisationPeriodView.model_validate(period, from_attributes=True) for period in periods],
    )


@router.get("/programmes", operation_id="listProgrammes", dependencies=[PUBLIC])
async def list_programmes(
    session: SessionDep, cursor: CursorParam = None, limit: LimitParam = 50
) -> Page[ProgrammeView]:
    """Programmes in the order of their slugs."""
    after = decode_cursor(cursor, str, context="programmes")[0] if cursor else None
    rows = await organisations.list_programmes(session, after=after, limit=limit + 1)
    views = await answers.programme_views(session, rows)
    return page_of(views, limit, item=lambda view: view, key=lambda view: (view.slug,), context="programmes")


@router.get(
    "/programmes/{slug}",
    operation_id="getProgramme",
    dependencies=[PUBLIC],
    responses=problem_responses(ProgrammeNotFound),
)
async def get_programme(session: SessionDep, slug: Annotated[str, Path(max_length=80)]) -> ProgrammeView:
    """One programme."""
    row = await organisations.get_programme(session, slug)
    return (await answers.programme_views(session, [row]))[0]


@router.post(
    "/programmes",
    operation_id="registerProgramme",
    dependencies=[ADMINISTER],
    status_code=201,
    responses=problem_responses(*_UPSERT),
)
async def register_programme(
    ctx: ContextDep, entry: ProgrammeEntry, expect: ExpectDep, response: Response
) -> ProgrammeView:
    """Open a programme, or describe anew the one with this slug (200)."""
    programme, created = await organisations.register_programme(ctx, entry, expect)
    response.status_code = 201 if created else 200
    tag(response, ctx.log, programme)
    return (await answers.programme_views(ctx.session, [programme]))[0]


@router.get(
    "/directives",
    operation_id="listDirectives",
    dependencies=[PUBLIC],
    responses=problem_responses(ProgrammeNotFound),
)
async def list_directives(
    session: SessionDep,
    programme: Annotated[str | None, Query(max_length=80)] = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[DirectiveView]:
    """Directives, newest first."""
    context = f"directives {programme}"
    after = decode_cursor(cursor, date, UUID, context=context) if cursor else None
    rows = await organisations.list_directives(session, programme, after=after, limit=limit + 1)
    views = await answers.directive_views(session, rows)
    return page_of(
        views, limit, item=lambda view: view, key=lambda view: (view.issued_on, view.directive_id), context=context
    )


@router.get(
    "/directives/{directive_id}",
    operation_id="getDirective",
    dependencies=[PUBLIC],
    responses=problem_responses(DirectiveNotFound),
)
async def get_directive(session: SessionDep, directive_id: UUID) -> DirectiveView:
    """One directive."""
    row = await organisations.get_directive(session, directive_id)
    return (await answers.directive_views(session, [row]))[0]


@router.post(
    "/directives",
    operation_id="registerDirective",
    dependencies=[ADMINISTER],
    status_code=201,
    responses=problem_responses(*_UPSERT),
)
async def register_directive(
    ctx: ContextDep, entry: DirectiveEntry, expect: ExpectDep, response: Response
) -> DirectiveView:
    """Enter a directive, or describe anew the one with this number (200)."""
    directive, created = await organisations.register_directive(ctx, entry, expect)
    response.status_code = 201 if created else 200
    tag(response, ctx.log, directive)
    return (await answers.directive_views(ctx.session, [directive]))[0]
