"""The live status and the provinces: public, as the results are."""

from dataclasses import replace
from datetime import datetime

from fastapi import APIRouter, Request, Response

from sixclear.common.use_case import ReferenceUnknown
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import NowDep
from sixclear.monitoring.errors import FiguresDoNotReconcile, InstantInFuture, InstantInvalid, ProgrammeNotFound
from sixclear.monitoring.fields import AsOf, AssignedBy, Directive, Group, OfReach, Organisation, Programme, Tree
from sixclear.monitoring.instants import read_as_of
from sixclear.monitoring.kinds.task import TASK
from sixclear.monitoring.parts import parts_of
from sixclear.monitoring.public import (
    BOUNDED,
    PUBLIC,
    SAME,
    FiguresRoute,
    SnapshotDep,
    encoded,
    question_of,
    unless_same,
)
from sixclear.monitoring.status import service
from sixclear.monitoring.status.provinces import Provinces
from sixclear.monitoring.status.schemas import Status
from sixclear.monitoring.view.as_then import as_named, selected_at
from sixclear.monitoring.view.dimensions import Reach
from sixclear.monitoring.view.named import with_reach
from sixclear.monitoring.view.selection import Selection, programme_reach, reference_of

router = APIRouter(route_class=FiguresRoute, tags=["status"])


@router.get(
    "/status",
    operation_id="getStatus",
    response_model=Status,
    dependencies=[PUBLIC],
    responses=problem_responses(
        ReferenceUnknown, ProgrammeNotFound, InstantInvalid, InstantInFuture, FiguresDoNotReconcile, *BOUNDED
    )
    | SAME,
)
async def get_status(
    request: Request,
    response: Response,
    session: SnapshotDep,
    now: NowDep,
    as_of: AsOf = None,
    programme: Programme = None,
    organisation: Organisation = None,
    assigned_by: AssignedBy = None,
    reach: OfReach = None,
    directive: Directive = None,
    group: Group = None,
    tree: Tree = None,
) -> Status | Response:
    """The four buckets, their shares, activity, databases and feedback, now or at a past instant.

    The entity tag is weak: it stands for the figures, for what they leave out, and for their age in steps of 5 s.
    """
    at, standing = read_as_of(as_of, now), standing_of(request, programme, now)
    named = None if organisation is None else reference_of(organisation)
    by_then = at is not None and tree != "now"
    if standing is None:
        selection = await selected_at(
            session,
            at if by_then else None,
            organisation=organisation,
            programme=programme,
            assigned_by=assigned_by,
            reach=reach,
            directive=directive,
            group=group,
        )
        selection = await with_reach(session, TASK, selection)
        return unless_same(request, response, await service.status(session, selection, at=at, now=now))
    selection = _narrowed(programme, assigned_by, reach, standing.reach_of(programme), directive, group)
    if selection.names_facts:
        selection = await as_named(session, TASK, selection, named, at if by_then else None)
    answer = await service.status_beside(
        session,
        selection,
        named,
        by_then=by_then,
        standing=standing,
        at=at,
        now=now,
    )
    return encoded(request, parts_of(request).encode_status(question_of(request), answer, standing, now))


@router.get(
    "/provinces",
    operation_id="listProvinces",
    response_model=Provinces,
    dependencies=[PUBLIC],
    responses=problem_responses(
        ReferenceUnknown, ProgrammeNotFound, InstantInvalid, InstantInFuture, FiguresDoNotReconcile, *BOUNDED
    ),
)
async def list_provinces(
    request: Request,
    session: SnapshotDep,
    now: NowDep,
    as_of: AsOf = None,
    programme: Programme = None,
    assigned_by: AssignedBy = None,
    reach: OfReach = None,
    directive: Directive = None,
    group: Group = None,
    tree: Tree = None,
) -> Provinces:
    """The tasks of each province and city, with everything below it: national work, unless something else is asked.

    Of a past instant they are the provinces and cities of then, each as the status says, unless `tree=now`.
    """
    at, standing = read_as_of(as_of, now), standing_of(request, programme, now)
    known = await programme_reach(session, programme) if standing is None else standing.reach_of(programme)
    selection = _narrowed(programme, assigned_by, reach, known, directive, group)
    if selection.names_facts:
        selection = await as_named(session, TASK, selection, None, at if tree != "now" else None)
    return await service.provinces(session, selection, by_then=tree != "now", standing=standing, at=at, now=now)


def _narrowed(
    programme: str | None,
    assigned_by: AssignedBy,
    reach: OfReach,
    of_programme: Reach | None,
    directive: Directive,
    group: Group,
) -> Selection:
    """What is asked of all bodies; without a reach that of the programme is meant."""
    by_programme = reach is None and programme is not None
    made = Selection(None, programme, assigned_by, reach or of_programme, directive, group)
    return replace(made, reach_of_programme=by_programme)


def standing_of(request: Request, programme: str | None, now: datetime) -> service.Standing | None:
    """What need not be asked again; None where that is not known, or the programme is not among those known."""
    standing = parts_of(request).standing(now)
    if not isinstance(standing, service.Standing):
        return None
    return standing if programme is None or programme in standing.programmes else None
