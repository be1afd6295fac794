"""How indicators stand: public, as the results are."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from sixclear.common.clock import civil_date
from sixclear.common.use_case import ReferenceUnknown
from sixclear.common.web.pagination import CursorParam, InvalidCursor, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import NowDep
from sixclear.common.web.texts import Lookup
from sixclear.monitoring.errors import (
    FiguresDoNotReconcile,
    IndicatorNotFound,
    InstantInFuture,
    InstantInvalid,
    ProgrammeNotFound,
    SeriesRefused,
)
from sixclear.monitoring.fields import AsOf, OfReach, Organisation, Programme
from sixclear.monitoring.indicators import service
from sixclear.monitoring.indicators.responses import head
from sixclear.monitoring.indicators.schemas import IndicatorFigures, IndicatorSeries, PartFigures
from sixclear.monitoring.instants import read_as_of
from sixclear.monitoring.kinds.indicator import INDICATOR, IndicatorKind
from sixclear.monitoring.kinds.value import MeasuredLevel
from sixclear.monitoring.public import BOUNDED, PUBLIC, SAME, FiguresRoute, SnapshotDep, unless_same
from sixclear.monitoring.streams.freshness import freshness
from sixclear.monitoring.view.heard import require_told
from sixclear.monitoring.view.reconcile import require_reconciled
from sixclear.monitoring.view.selection import select

router = APIRouter(route_class=FiguresRoute, tags=["status"])

_MOST = 100


@router.get(
    "/indicators",
    operation_id="listIndicatorFigures",
    response_model=IndicatorFigures,
    dependencies=[PUBLIC],
    responses=problem_responses(
        ReferenceUnknown,
        ProgrammeNotFound,
        InstantInvalid,
        InstantInFuture,
        InvalidCursor,
        FiguresDoNotReconcile,
        *BOUNDED,
    )
    | SAME,
)
async def list_indicator_figures(
    request: Request,
    response: Response,
    session: SnapshotDep,
    now: NowDep,
    as_of: AsOf = None,
    programme: Programme = None,
    organisation: Organisation = None,
    reach: OfReach = None,
    kind: Annotated[IndicatorKind | None, Query(description="Strategic or operational indicators.")] = None,
    level: Annotated[
        MeasuredLevel | None, Query(description="Indicators that are measured of bodies of this level.")
    ] = None,
    cursor: CursorParam = None,
    limit: Annotated[int, Query(ge=1, le=_MOST, description="Items per page.")] = 50,
) -> IndicatorFigures | Response:
    """How indicators stand, now or at a past instant: the newest figure, its target and gap, and who reported.

    Of a body its own figure, beside what is rolled up below it; without one the country's. A correction is true from
    the instant of what it corrects. The tree of organisations is that of now. What a figure is made of is at `series`.
    """
    at = read_as_of(as_of, now)
    await require_reconciled(session, past=at is not None)
    await require_told(session, INDICATOR)
    selection = await select(session, organisation=organisation, programme=programme, assigned_by=None, reach=reach)
    context = f"indicators {selection} {kind} {level} {at}"
    after = decode_cursor(cursor, str, context=context)[0] if cursor else None
    query = service.Query(selection, at, kind, level, after, limit + 1)
    found = await service.list_figures(session, query, now)
    page = page_of(found, limit, item=lambda one: one, key=lambda one: (one.code,), context=context)
    fresh = await freshness(session, now)
    answer = IndicatorFigures(
        as_of=at or now,
        staleness_seconds=fresh.staleness_seconds,
        organisation_id=selection.organisation_id,
        programme=programme,
        items=page.items,
        next=page.next,
    )
    return unless_same(request, response, answer)


@router.get(
    "/indicators/{code}/series",
    operation_id="getIndicatorSeries",
    response_model=IndicatorSeries,
    dependencies=[PUBLIC],
    responses=problem_responses(
        IndicatorNotFound,
        ReferenceUnknown,
        SeriesRefused,
        InstantInvalid,
        InstantInFuture,
        FiguresDoNotReconcile,
        *BOUNDED,
    )
    | SAME,
)
async def get_indicator_series(
    request: Request,
    response: Response,
    session: SnapshotDep,
    now: NowDep,
    code: Lookup,
    organisation: Organisation = None,
    first: Annotated[Lookup | None, Query(alias="from", description="The first period, by its key.")] = None,
    last: Annotated[Lookup | None, Query(alias="to", description="The last period, by its key.")] = None,
    as_of: AsOf = None,
) -> IndicatorSeries | Response:
    """An indicator period by period, now or at a past instant, at most 400 periods: figures as `/indicators` has them.

    They are counted: an answer reads as many rows for the country as for a few bodies. The values behind it, their
    sources, and what was known at an instant, are at `series`, in the register of tasks.
    """
    at = read_as_of(as_of, now)
    await require_reconciled(session, past=at is not None)
    await require_told(session, INDICATOR)
    selection = await select(session, organisation=organisation, programme=None, assigned_by=None)
    query = service.SeriesQuery(selection.organisation_id, first or None, last or None, at)
    subject, points = await service.read_series(session, code, query, now)
    fresh = await freshness(session, now)
    answer = IndicatorSeries(
        **head(subject, civil_date(at or now)),
        as_of=at or now,
        staleness_seconds=fresh.staleness_seconds,
        points=points,
    )
    return unless_same(request, response, answer)


@router.get(
    "/indicators/{code}/values",
    operation_id="listIndicatorValues",
    response_model=PartFigures,
    dependencies=[PUBLIC],
    responses=problem_responses(
        IndicatorNotFound,
        ReferenceUnknown,
        SeriesRefused,
        InstantInvalid,
        InstantInFuture,
        InvalidCursor,
        FiguresDoNotReconcile,
        *BOUNDED,
    )
    | SAME,
)
async def list_indicator_values(
    request: Request,
    response: Response,
    session: SnapshotDep,
    now: NowDep,
    code: Lookup,
    period: Annotated[Lookup, Query(description="The period of the figure, by its key.", examples=["2025-11"])],
    organisation: Organisation = None,
    as_of: AsOf = None,
    cursor: CursorParam = None,
    limit: Annotated[int, Query(ge=1, le=_MOST, description="Items per page.")] = 50,
) -> PartFigures | Response:
    """What a figure is made of: each value that holds of the body and of those below it, and whether it is added.

    `record` of each leads to who supplied and approved it, and to its file and row, system or document.
    """
    at = read_as_of(as_of, now)
    await require_reconciled(session, past=at is not None)
    await require_told(session, INDICATOR)
    selection = await select(session, organisation=organisation, programme=None, assigned_by=None)
    context = f"values {code} {period} {selection.organisation_id} {at}"
    after = decode_cursor(cursor, UUID, context=context)[0] if cursor else None
    query = service.SeriesQuery(selection.organisation_id, at=at)
    subject, figure, parts = await service.read_parts(session, code, period, query, now, after=after, limit=limit + 1)
    page = page_of(parts, limit, item=lambda one: one, key=lambda one: (one.organisation_id,), context=context)
    fresh = await freshness(session, now)
    answer = PartFigures(
        **dict(page),
        as_of=at or now,
        staleness_seconds=fresh.staleness_seconds,
        organisation_id=subject.body,
        code=subject.row.code,
        figure=figure,
    )
    return unless_same(request, response, answer)
