"""What needs attention."""

from fastapi import APIRouter

from sixclear.common.use_case import ReferenceUnknown
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import NowDep
from sixclear.monitoring.attention import service
from sixclear.monitoring.attention.schemas import Attention
from sixclear.monitoring.errors import ProgrammeNotFound
from sixclear.monitoring.fields import Directive, Group, OfReach, Programme, Tree
from sixclear.monitoring.kinds.task import TASK
from sixclear.monitoring.public import BOUNDED, PUBLIC, FiguresRoute, SnapshotDep
from sixclear.monitoring.view.named import with_reach
from sixclear.monitoring.view.selection import select

router = APIRouter(route_class=FiguresRoute, tags=["status"])


@router.get(
    "/attention",
    operation_id="getAttention",
    response_model=Attention,
    dependencies=[PUBLIC],
    responses=problem_responses(ReferenceUnknown, ProgrammeNotFound, *BOUNDED),
)
async def get_attention(
    session: SnapshotDep,
    now: NowDep,
    programme: Programme = None,
    reach: OfReach = None,
    directive: Directive = None,
    group: Group = None,
    tree: Tree = None,
) -> Attention:
    """What needs attention, each list with the rule by which something is on it.

    A reach, a directive and a group narrow the lists of tasks. The lists are of now: both trees are that of now.
    """
    selection = await select(
        session,
        organisation=None,
        programme=programme,
        assigned_by=None,
        reach=reach,
        directive=directive,
        group=group,
    )
    return await service.attention(session, await with_reach(session, TASK, selection), now=now)
