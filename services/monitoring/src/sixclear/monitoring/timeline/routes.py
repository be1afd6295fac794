"""The buckets over time."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from sixclear.common.use_case import ReferenceUnknown
from sixclear.common.web.instants import Day
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import NowDep
from sixclear.monitoring.errors import FiguresDoNotReconcile, PeriodInvalid, ProgrammeNotFound
from sixclear.monitoring.fields import AssignedBy, Directive, Group, OfReach, Organisation, Programme
from sixclear.monitoring.parts import parts_of
from sixclear.monitoring.public import BOUNDED, PUBLIC, FiguresRoute, SnapshotDep
from sixclear.monitoring.timeline.schemas import Timeline
from sixclear.monitoring.timeline.service import Step, timeline
from sixclear.monitoring.view.selection import select

router = APIRouter(route_class=FiguresRoute, tags=["status"])


@router.get(
    "/timeline",
    operation_id="getTimeline",
    response_model=Timeline,
    dependencies=[PUBLIC],
    responses=problem_responses(ReferenceUnknown, ProgrammeNotFound, PeriodInvalid, FiguresDoNotReconcile, *BOUNDED),
)
async def get_timeline(
    request: Request,
    session: SnapshotDep,
    now: NowDep,
    programme: Programme = None,
    organisation: Organisation = None,
    assigned_by: AssignedBy = None,
    reach: OfReach = None,
    directive: Directive = None,
    group: Group = None,
    first: Annotated[Day | None, Query(alias="from", description="Else the day of the first fact.")] = None,
    last: Annotated[Day | None, Query(alias="to", description="Else today.")] = None,
    step: Step = "day",
) -> Timeline:
    """The buckets at the end of each civil day; today's point is now."""
    selection = await select(
        session,
        organisation=organisation,
        programme=programme,
        assigned_by=assigned_by,
        reach=reach,
        directive=directive,
        group=group,
    )
    standing = parts_of(request).standing(now) is not None
    return await timeline(session, selection, standing=standing, first=first, last=last, step=step, now=now)
