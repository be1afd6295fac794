"""Programmes: the list, one of them, and opening one."""

from fastapi import APIRouter, Depends, Response

from sixclear.common.use_case import (
    AlreadyRegistered,
    Context,
    FactBehindLastChange,
    FactInFuture,
    FactsPastNotAllowed,
    OrganisationNotAllowed,
    ReferenceUnknown,
)
from sixclear.common.web.access import Access
from sixclear.common.web.etags import StaleVersion
from sixclear.common.web.merge_patch import MergePatchDep, patch_body, patch_responses
from sixclear.common.web.openapi import LOCATED, TAGGED
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import SessionDep, TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.texts import Lookup
from sixclear.common.web.use_cases import ContextDep, ExpectDep, locate, tag
from sixclear.tasks.fields import PREFIX
from sixclear.tasks.organisation.errors import OrganisationEnded
from sixclear.tasks.programme import service
from sixclear.tasks.programme.errors import ObstacleKindsRefused, OwnFieldsRefused, ProgrammeNotFound, WorkGroupsRefused
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.programme.responses import programme_responses
from sixclear.tasks.programme.schemas import ProgrammeEntry, ProgrammeView

router = APIRouter(route_class=TransactionalRoute, tags=["organisations"])

PUBLIC = Depends(Access.public("Programmes are published to everyone."))
ADMINISTER = Depends(Access.scope("tasks:administer", organisation="own"))
_DESCRIBING_REFUSALS = (
    OwnFieldsRefused,
    WorkGroupsRefused,
    ObstacleKindsRefused,
    AlreadyRegistered,
    ReferenceUnknown,
    OrganisationEnded,
    OrganisationNotAllowed,
    FactsPastNotAllowed,
    FactBehindLastChange,
    FactInFuture,
    StaleVersion,
)


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
    responses=TAGGED | problem_responses(ProgrammeNotFound),
)
async def get_programme(ctx: ContextDep, slug: Lookup, response: Response) -> ProgrammeView:
    """One programme."""
    return await _answer(ctx, await service.get_programme(ctx.session, slug), response)


@router.post(
    "/programmes",
    operation_id="registerProgramme",
    dependencies=[ADMINISTER],
    status_code=201,
    responses=LOCATED
    | problem_responses(*_DESCRIBING_REFUSALS)
    | {200: {"description": "The programme was there; it is described again.", "model": ProgrammeView}},
)
async def register_programme(
    ctx: ContextDep, entry: ProgrammeEntry, expect: ExpectDep, response: Response
) -> ProgrammeView:
    """Open a programme, or describe again the one with this slug (200).

    A description replaces the one before: what is left out is emptied. PATCH keeps it.
    """
    programme, created = await service.register_programme(ctx, entry, expect)
    if created:
        locate(response, f"{PREFIX}/programmes/{programme.slug}")
    else:
        response.status_code = 200
    return await _answer(ctx, programme, response)


@router.patch(
    "/programmes/{slug}",
    operation_id="patchProgramme",
    dependencies=[ADMINISTER],
    responses=patch_responses() | problem_responses(ProgrammeNotFound, *_DESCRIBING_REFUSALS),
    openapi_extra=patch_body(ProgrammeEntry, "slug"),
)
async def patch_programme(
    ctx: ContextDep,
    slug: Lookup,
    patch: MergePatchDep,
    expect: ExpectDep,
    response: Response,
) -> ProgrammeView:
    """Describe a part of a programme again, by merge patch (RFC 7396)."""
    return await _answer(ctx, await service.patch_programme(ctx, slug, patch, expect), response)


async def _answer(ctx: Context, programme: Programme, response: Response) -> ProgrammeView:
    """The programme as it is now, with its version as ETag."""
    tag(response, ctx.log, programme)
    return (await programme_responses(ctx.session, [programme]))[0]
