"""The buckets over time."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request

from sixclear.common.clock import civil_day_end
from sixclear.common.use_case import ReferenceUnknown
from sixclear.common.web.instants import Day
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import NowDep
from sixclear.monitoring.errors import FiguresDoNotReconcile, PeriodInvalid, ProgrammeNotFound
from sixclear.monitoring.fields import AssignedBy, Directive, Group, OfReach, Organisation, Programme, Tree
from sixclear.monitoring.parts import parts_of
from sixclear.monitoring.public import BOUNDED, PUBLIC, FiguresRoute, SnapshotDep
from sixclear.monitoring.timeline.schemas import Timeline
from sixclear.monitoring.timeline.service import Step, timeline
from sixclear.monitoring.view.former_tree import body_then
from sixclear.monitoring.view.selection import reference_of, select

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
    tree: Tree = None,
    first: Annotated[Day | None, Query(alias="from", description="Else the day of the first fact.")] = None,
    last: Annotated[Day | None, Query(alias="to", description="Else today.")] = None,
    step: Step = "day",
) -> Timeline:
    """The buckets at the end of each civil day; today's point is now.

    Each point is what the status says as of its instant, by the tree of organisations, the reach of programmes and the
    groups of work of then, unless `tree=now`.
    """
    named = None if organisation is None or tree == "now" else reference_of(organisation)
    asked = partial(
        select,
        session,
        programme=programme,
        assigned_by=assigned_by,
        reach=reach,
        directive=directive,
        group=group,
    )
    try:
        selection = await asked(organisation=organisation)
    except ReferenceUnknown:
        then = None if named is None or last is None else await body_then(session, named, civil_day_end(last))
        if then is None:
            raise
        selection = await asked(organisation=str(then.organisation_id))
    standing = parts_of(request).standing(now) is not None
    return await timeline(
        session,
        selection,
        named,
        by_then=tree != "now",
        standing=standing,
        first=first,
        last=last,
        step=step,
        now=now,
    )
