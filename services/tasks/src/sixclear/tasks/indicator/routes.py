"""Indicators over HTTP: the list, one of them, registering one, and the targets of bodies."""

from uuid import UUID

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
from sixclear.common.web.etags import StaleVersion
from sixclear.common.web.openapi import LOCATED, TAGGED
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.texts import Lookup
from sixclear.common.web.use_cases import ContextDep, ExpectDep, locate, tag
from sixclear.tasks.fields import PREFIX, IndicatorKind
from sixclear.tasks.indicator import access, service
from sixclear.tasks.indicator.errors import IndicatorNotFound, IndicatorRefused
from sixclear.tasks.indicator.models import Indicator
from sixclear.tasks.indicator.responses import indicator_responses, targets_responses
from sixclear.tasks.indicator.schemas import IndicatorEntry, IndicatorView, TargetsEntry, TargetsView
from sixclear.tasks.programme.errors import ProgrammeNotFound

router = APIRouter(route_class=TransactionalRoute, tags=["indicators"])

PUBLIC = Depends(access.PUBLIC)
DEFINE = Depends(access.DEFINE)
_DESCRIBING = (
    IndicatorRefused,
    AlreadyRegistered,
    ReferenceUnknown,
    OrganisationNotAllowed,
    FactsPastNotAllowed,
    FactBehindLastChange,
    FactInFuture,
    StaleVersion,
)


@router.get(
    "/indicators",
    operation_id="listIndicators",
    dependencies=[PUBLIC],
    responses=problem_responses(ProgrammeNotFound),
)
async def list_indicators(
    ctx: ContextDep,
    programme: Lookup | None = None,
    kind: IndicatorKind | None = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[IndicatorView]:
    """Indicators in the order of their codes."""
    context = f"indicators {programme} {kind}"
    after = decode_cursor(cursor, str, context=context)[0] if cursor else None
    found = await service.list_indicators(ctx, programme, kind, after=after, limit=limit + 1)
    views = await indicator_responses(ctx.session, found)
    return page_of(views, limit, item=lambda view: view, key=lambda view: (view.code,), context=context)


@router.get(
    "/indicators/{code}",
    operation_id="getIndicator",
    dependencies=[PUBLIC],
    responses=TAGGED | problem_responses(IndicatorNotFound),
)
async def get_indicator(ctx: ContextDep, code: Lookup, response: Response) -> IndicatorView:
    """One indicator, with its version as ETag."""
    return await _answer(ctx, await service.get_indicator(ctx, code), response)


@router.post(
    "/indicators",
    operation_id="registerIndicator",
    dependencies=[DEFINE],
    status_code=201,
    responses=LOCATED
    | problem_responses(*_DESCRIBING)
    | {200: {"description": "The indicator was there; it is described again.", "model": IndicatorView}},
)
async def register(ctx: ContextDep, entry: IndicatorEntry, expect: ExpectDep, response: Response) -> IndicatorView:
    """Register an indicator of your programme, or describe again the one with this code (200).

    Where it is measured otherwise from now on, it has the next definition; values keep the one they were measured by.
    """
    indicator, created = await service.register(ctx, entry, expect)
    if created:
        locate(response, f"{PREFIX}/indicators/{indicator.code}")
    else:
        response.status_code = 200
    return await _answer(ctx, indicator, response)


@router.get(
    "/indicators/{code}/targets",
    operation_id="listTargets",
    dependencies=[PUBLIC],
    responses=problem_responses(IndicatorNotFound),
)
async def list_targets(
    ctx: ContextDep, code: Lookup, cursor: CursorParam = None, limit: LimitParam = 50
) -> Page[TargetsView]:
    """The targets of each body, as they were set last."""
    context = f"targets {code}"
    after = decode_cursor(cursor, UUID, context=context)[0] if cursor else None
    found = await service.list_targets(ctx, code, after=after, limit=limit + 1)
    views = await targets_responses(ctx.session, found)
    return page_of(
        views, limit, item=lambda view: view, key=lambda view: (view.organisation.organisation_id,), context=context
    )


@router.put(
    "/indicators/{code}/targets",
    operation_id="setTargets",
    dependencies=[DEFINE],
    responses=TAGGED
    | problem_responses(IndicatorNotFound, IndicatorRefused, ReferenceUnknown, OrganisationNotAllowed, StaleVersion),
)
async def set_targets(
    ctx: ContextDep, code: Lookup, entry: TargetsEntry, expect: ExpectDep, response: Response
) -> TargetsView:
    """Set all targets of one body, with its baseline and its trajectory; the same again changes nothing."""
    indicator, targets = await service.set_targets(ctx, code, entry, expect)
    tag(response, ctx.log, indicator)
    return (await targets_responses(ctx.session, [targets]))[0]


async def _answer(ctx: Context, indicator: Indicator, response: Response) -> IndicatorView:
    tag(response, ctx.log, indicator)
    return (await indicator_responses(ctx.session, [indicator]))[0]
