"""Figures of results: public, as the records are."""

from fastapi import APIRouter, Request, Response

from sixclear.common.use_case import ReferenceUnknown
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import NowDep
from sixclear.monitoring.errors import FiguresDoNotReconcile, InstantInFuture, InstantInvalid, ProgrammeNotFound
from sixclear.monitoring.fields import AsOf, AssignedBy, OfReach, Organisation, Programme, Tree
from sixclear.monitoring.instants import read_as_of
from sixclear.monitoring.public import BOUNDED, PUBLIC, SAME, FiguresRoute, SnapshotDep, unless_same
from sixclear.monitoring.results import service
from sixclear.monitoring.results.schemas import Budgets, Documents
from sixclear.monitoring.view.as_then import selected_at

router = APIRouter(route_class=FiguresRoute, tags=["status"])

_REFUSALS = (ReferenceUnknown, ProgrammeNotFound, InstantInvalid, InstantInFuture, FiguresDoNotReconcile, *BOUNDED)


@router.get(
    "/documents",
    operation_id="countDocuments",
    response_model=Documents,
    dependencies=[PUBLIC],
    responses=problem_responses(*_REFUSALS) | SAME,
)
async def count_documents(
    request: Request,
    response: Response,
    session: SnapshotDep,
    now: NowDep,
    as_of: AsOf = None,
    programme: Programme = None,
    organisation: Organisation = None,
    assigned_by: AssignedBy = None,
    reach: OfReach = None,
    tree: Tree = None,
) -> Documents | Response:
    """Documents of law and administration by type, issued or owed, as the status has them.

    As of a past day they stand as the days say that are known now: a law of June that was entered in August was issued
    in June. The organisation is the issuer with its subtree, the level the one at which it acts.
    """
    at = read_as_of(as_of, now)
    selection = await selected_at(
        session,
        at if tree != "now" else None,
        organisation=organisation,
        programme=programme,
        assigned_by=assigned_by,
        reach=reach,
    )
    return unless_same(request, response, await service.documents(session, selection, at=at, now=now))


@router.get(
    "/budgets",
    operation_id="countBudgets",
    response_model=Budgets,
    dependencies=[PUBLIC],
    responses=problem_responses(*_REFUSALS) | SAME,
)
async def count_budgets(
    request: Request,
    response: Response,
    session: SnapshotDep,
    now: NowDep,
    as_of: AsOf = None,
    programme: Programme = None,
    organisation: Organisation = None,
    assigned_by: AssignedBy = None,
    reach: OfReach = None,
    tree: Tree = None,
) -> Budgets | Response:
    """Money by stage, in all as the status has it, and by year.

    As of a past day by the entries that are known now, each from its day on. The organisation is the body whose money
    it is, with its subtree; the level is that which assigned the task, or of the owner of the programme.
    """
    at = read_as_of(as_of, now)
    selection = await selected_at(
        session,
        at if tree != "now" else None,
        organisation=organisation,
        programme=programme,
        assigned_by=assigned_by,
        reach=reach,
    )
    return unless_same(request, response, await service.budgets(session, selection, at=at, now=now))
