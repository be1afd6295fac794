"""Scores of bodies: public, as the answers are."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from sixclear.common.use_case import ReferenceUnknown
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import NowDep
from sixclear.common.web.texts import Lookup
from sixclear.monitoring.errors import FiguresDoNotReconcile, InstantInFuture, InstantInvalid, ScorePeriodUnknown
from sixclear.monitoring.fields import AsOf, Organisation
from sixclear.monitoring.instants import read_as_of
from sixclear.monitoring.kinds.assessment import ASSESSMENT
from sixclear.monitoring.public import BOUNDED, PUBLIC, SAME, FiguresRoute, SnapshotDep, unless_same
from sixclear.monitoring.score import service
from sixclear.monitoring.score.schemas import Scores
from sixclear.monitoring.streams.freshness import freshness
from sixclear.monitoring.view.heard import require_told
from sixclear.monitoring.view.reconcile import require_reconciled
from sixclear.monitoring.view.selection import select

router = APIRouter(route_class=FiguresRoute, tags=["status"])

Criteria = Annotated[Lookup, Query(description="The code of the set of criteria.", examples=["khanh-hoa-monthly"])]
Period = Annotated[
    str, Query(pattern=r"^\d{4}(-\d\d)?$", description="A month or a year, as the set assesses.", examples=["2026-11"])
]


@router.get(
    "/scores",
    operation_id="listScores",
    response_model=Scores,
    dependencies=[PUBLIC],
    responses=problem_responses(
        ReferenceUnknown, ScorePeriodUnknown, InstantInvalid, InstantInFuture, FiguresDoNotReconcile, *BOUNDED
    )
    | SAME,
)
async def list_scores(
    request: Request,
    response: Response,
    session: SnapshotDep,
    now: NowDep,
    criteria: Criteria,
    period: Period,
    organisation: Organisation = None,
    as_of: AsOf = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Scores | Response:
    """What bodies come to by a set of criteria in a period: what they said and what was verified, with each figure.

    A criterion whose figure is not known is not known, and so is a total that needs it; neither is 0. Scores of a
    month are for urging: they are never ranked.
    """
    past = read_as_of(as_of, now)
    await require_reconciled(session, past=past is not None)
    await require_told(session, ASSESSMENT)
    at = past or now
    found = await service.named_set(session, criteria)
    span = service.read_span(found.every, period)
    body = (await select(session, organisation=organisation, programme=None, assigned_by=None)).organisation_id
    asked = service.Asked(criteria, period, span, body, at)
    context = f"scores {criteria} {period} {organisation} {as_of}"
    after = decode_cursor(cursor, UUID, context=context)[0] if cursor else None
    scores = await service.list_scores(session, asked, after, limit + 1)
    page = page_of(scores, limit, item=lambda one: one, key=lambda one: (one.assessment_id,), context=context)
    answer = Scores(
        **dict(page),
        as_of=at,
        figures_as_of=asked.figures_at,
        staleness_seconds=(await freshness(session, now)).staleness_seconds,
        criteria=criteria,
        name=found.name,
        period=period,
        ranked=found.every != "month",
        note=service.FOR_URGING if found.every == "month" else None,
    )
    return unless_same(request, response, answer)
