"""The live status and what belongs to it: public, as the results are."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from sixclear.common.auth.access import Access
from sixclear.common.errors import Unavailable
from sixclear.common.web.allowances import TooManyRequests
from sixclear.common.web.etags import not_modified
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import NowDep, SessionDep
from sixclear.monitoring.errors import (
    FiguresDoNotReconcile,
    InstantInFuture,
    InstantInvalid,
    OrganisationNotFound,
    PeriodInvalid,
    ProgrammeNotFound,
)
from sixclear.monitoring.instants import read_as_of
from sixclear.monitoring.routes.figures import FiguresRoute
from sixclear.monitoring.schemas import Attention, Changes, Provinces, Status, Timeline
from sixclear.monitoring.service import attention as attention_service
from sixclear.monitoring.service import status as status_service
from sixclear.monitoring.timeline import Step, timeline

router = APIRouter(route_class=FiguresRoute, tags=["status"])

BOUNDED = (TooManyRequests, Unavailable)
PUBLIC = Depends(Access.public("Progress, responsibility and results are published to everyone."))

AsOf = Annotated[
    str | None,
    Query(
        max_length=40,
        description="An instant with its offset, or a civil day (its end). Without it: now.",
        examples=["2025-12-04T17:00:00+07:00", "2025-12-25"],
    ),
]
Programme = Annotated[str | None, Query(max_length=80, description="Slug of a programme.", examples=["nq57-central"])]
Organisation = Annotated[
    str | None,
    Query(max_length=80, description="`organisation_id` or any code: the lead body with its subtree.", examples=["01"]),
]
SAME: dict[int | str, dict[str, Any]] = {304: {"description": "What If-None-Match names is still so, at `Date`."}}
AssignedBy = Annotated[status_service.AssignedBy | None, Query(description="The level that assigned the task.")]


@router.get(
    "/status",
    operation_id="getStatus",
    response_model=Status,
    dependencies=[PUBLIC],
    responses=problem_responses(
        OrganisationNotFound, ProgrammeNotFound, InstantInvalid, InstantInFuture, FiguresDoNotReconcile, *BOUNDED
    )
    | SAME,
)
async def get_status(
    request: Request,
    response: Response,
    session: SessionDep,
    now: NowDep,
    as_of: AsOf = None,
    programme: Programme = None,
    organisation: Organisation = None,
    assigned_by: AssignedBy = None,
) -> Any:
    """The four buckets, their shares, activity, databases and feedback, now or at a past instant.

    The entity tag is weak: it stands for the figures, for what they leave out, and for their age in steps of 5 s.
    """
    at = read_as_of(as_of, now)
    selection = await status_service.select(
        session, organisation=organisation, programme=programme, assigned_by=assigned_by
    )
    body = await status_service.status(session, selection, at=at, now=now)
    return _unless_same(request, response, status_service.tag_of(body), body)


@router.get(
    "/timeline",
    operation_id="getTimeline",
    response_model=Timeline,
    dependencies=[PUBLIC],
    responses=problem_responses(
        OrganisationNotFound, ProgrammeNotFound, PeriodInvalid, FiguresDoNotReconcile, *BOUNDED
    ),
)
async def get_timeline(
    session: SessionDep,
    now: NowDep,
    programme: Programme = None,
    organisation: Organisation = None,
    assigned_by: AssignedBy = None,
    first: Annotated[date | None, Query(alias="from", description="Else the day of the first fact.")] = None,
    last: Annotated[date | None, Query(alias="to", description="Else today.")] = None,
    step: Step = "day",
) -> dict[str, Any]:
    """The buckets at the end of each civil day; today's point is now."""
    selection = await status_service.select(
        session, organisation=organisation, programme=programme, assigned_by=assigned_by
    )
    return await timeline(session, selection, first=first, last=last, step=step, now=now)


@router.get(
    "/provinces",
    operation_id="listProvinces",
    response_model=Provinces,
    dependencies=[PUBLIC],
    responses=problem_responses(ProgrammeNotFound, InstantInvalid, InstantInFuture, FiguresDoNotReconcile, *BOUNDED),
)
async def list_provinces(
    session: SessionDep, now: NowDep, as_of: AsOf = None, programme: Programme = None
) -> dict[str, Any]:
    """The tasks of each province and city, with everything below it."""
    at = read_as_of(as_of, now)
    known = await status_service.known_programme(session, programme)
    return await status_service.provinces(session, known, at=at, now=now)


@router.get(
    "/changes",
    operation_id="listChanges",
    response_model=Changes,
    dependencies=[PUBLIC],
    responses=problem_responses(TooManyRequests) | SAME,
)
async def list_changes(
    request: Request, response: Response, session: SessionDep, limit: Annotated[int, Query(ge=1, le=200)] = 20
) -> Any:
    """What was learnt last, newest first; restricted and sealed entities do not appear."""
    body = {"items": await attention_service.recent_changes(session, limit=limit)}
    return _unless_same(request, response, status_service.tag_of(body), body)


@router.get(
    "/attention",
    operation_id="getAttention",
    response_model=Attention,
    dependencies=[PUBLIC],
    responses=problem_responses(ProgrammeNotFound, *BOUNDED),
)
async def get_attention(session: SessionDep, now: NowDep, programme: Programme = None) -> dict[str, Any]:
    """What needs attention, each list with the rule by which something is on it."""
    known = await status_service.known_programme(session, programme)
    return await attention_service.attention(session, known, now=now)


def _unless_same(request: Request, response: Response, tag: str, body: dict[str, Any]) -> Any:
    """`body`, or 304 where the caller has it; pages of every origin may ask, as they may read the stream."""
    headers = {"ETag": f"W/{tag}", "Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"}
    if not_modified(request, tag):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return body
