"""Directives: the list, one of them, and entering one."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from sixclear.common.service_state import own_state
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
from sixclear.tasks.directive import service
from sixclear.tasks.directive.access import ENTERING
from sixclear.tasks.directive.errors import DirectiveNotFound, TooManyOpenDirectives
from sixclear.tasks.directive.models import Directive
from sixclear.tasks.directive.responses import whole_responses
from sixclear.tasks.directive.schemas import DirectiveEntry, DirectiveWhole
from sixclear.tasks.fields import PREFIX
from sixclear.tasks.programme.errors import ProgrammeNotFound
from sixclear.tasks.settings import Settings

router = APIRouter(route_class=TransactionalRoute, tags=["organisations"])

PUBLIC = Depends(Access.public("The documents that give tasks are published to everyone."))
ENTER = Depends(Access.scope("tasks:administer", organisation=ENTERING))
_DESCRIBING_REFUSALS = (
    ReferenceUnknown,
    OrganisationNotAllowed,
    FactsPastNotAllowed,
    FactBehindLastChange,
    FactInFuture,
    StaleVersion,
)


@router.get(
    "/directives",
    operation_id="listDirectives",
    dependencies=[PUBLIC],
    responses=problem_responses(ProgrammeNotFound),
)
async def list_directives(
    session: SessionDep,
    programme: Lookup | None = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[DirectiveWhole]:
    """Directives, newest first."""
    context = f"directives {programme}"
    after = decode_cursor(cursor, date, UUID, context=context) if cursor else None
    rows = await service.list_directives(session, programme, after=after, limit=limit + 1)
    views = await whole_responses(session, rows)
    return page_of(
        views, limit, item=lambda view: view, key=lambda view: (view.issued_on, view.directive_id), context=context
    )


@router.get(
    "/directives/{directive_id}",
    operation_id="getDirective",
    dependencies=[PUBLIC],
    responses=TAGGED | problem_responses(DirectiveNotFound),
)
async def get_directive(ctx: ContextDep, directive_id: UUID, response: Response) -> DirectiveWhole:
    """One directive."""
    return await _answer(ctx, await service.get_directive(ctx.session, directive_id), response)


@router.post(
    "/directives",
    operation_id="registerDirective",
    dependencies=[ENTER],
    status_code=201,
    responses=LOCATED
    | problem_responses(*_DESCRIBING_REFUSALS, TooManyOpenDirectives)
    | {200: {"description": "The directive was there; it is described again.", "model": DirectiveWhole}},
)
async def register_directive(
    ctx: ContextDep, entry: DirectiveEntry, expect: ExpectDep, request: Request, response: Response
) -> DirectiveWhole:
    """Enter a directive in your programme, or your own in that of another body; describe a known one again (200)."""
    most_open = own_state(request, Settings).open_directives
    directive, created = await service.register_directive(ctx, entry, expect, most_open=most_open)
    if created:
        locate(response, f"{PREFIX}/directives/{directive.directive_id}")
    else:
        response.status_code = 200
    return await _answer(ctx, directive, response)


@router.patch(
    "/directives/{directive_id}",
    operation_id="patchDirective",
    dependencies=[ENTER],
    responses=patch_responses() | problem_responses(DirectiveNotFound, AlreadyRegistered, *_DESCRIBING_REFUSALS),
    openapi_extra=patch_body(DirectiveEntry, "programme", "number"),
)
async def patch_directive(
    ctx: ContextDep, directive_id: UUID, patch: MergePatchDep, expect: ExpectDep, response: Response
) -> DirectiveWhole:
    """Describe a part of a directive again, by merge patch (RFC 7396); its number stays."""
    return await _answer(ctx, await service.patch_directive(ctx, directive_id, patch, expect), response)


async def _answer(ctx: Context, directive: Directive, response: Response) -> DirectiveWhole:
    """The directive as it is now, with its version as ETag."""
    tag(response, ctx.log, directive)
    return (await whole_responses(ctx.session, [directive]))[0]
