"""Obstacles over HTTP: lists, one of them, and what bodies do about it."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.use_case import (
    Context,
    FactBehindLastChange,
    FactInFuture,
    FactsPastNotAllowed,
    OrganisationNotAllowed,
    ReferenceUnknown,
)
from sixclear.common.web.etags import StaleVersion
from sixclear.common.web.openapi import LOCATED, TAGGED
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, encode_cursor
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.texts import Lookup, Slug
from sixclear.common.web.use_cases import ContextDep, ExpectDep, locate, tag
from sixclear.tasks.fields import PREFIX, ObstacleNature
from sixclear.tasks.obstacle import access
from sixclear.tasks.obstacle.errors import ObstacleNotFound
from sixclear.tasks.obstacle.models import Obstacle
from sixclear.tasks.obstacle.repository import ObstacleFilter, Role
from sixclear.tasks.obstacle.responses import is_late, obstacle_responses
from sixclear.tasks.obstacle.schemas import (
    ObstacleEntry,
    ObstacleEscalation,
    ObstacleLevel,
    ObstacleReopening,
    ObstacleSettlement,
    ObstacleState,
    ObstacleView,
)
from sixclear.tasks.obstacle.service import decide, find
from sixclear.tasks.obstacle.service.open import open_obstacle
from sixclear.tasks.organisation.errors import OrganisationEnded
from sixclear.tasks.task.access import OWN as OWN_TASKS
from sixclear.tasks.task.service.lists import mandated

router = APIRouter(route_class=TransactionalRoute, tags=["tasks"])

PUBLIC = Depends(access.PUBLIC)
OWN = Depends(OWN_TASKS)
OPEN = Depends(access.OPEN)
ESCALATE = Depends(access.ESCALATE)
SETTLE = Depends(access.SETTLE)
REOPEN = Depends(access.REOPEN)
ProgrammeParam = Annotated[Slug | None, Query(description="Those of this programme.")]
KindParam = Annotated[Slug | None, Query(description="Those of this kind, by its code in the programme.")]
NatureParam = Annotated[ObstacleNature | None, Query(description="Obstacles, limits or issues.")]
LevelParam = Annotated[ObstacleLevel | None, Query(description="Those on which a body of this level is to decide.")]
StateParam = Annotated[ObstacleState | None, Query(description="`open`: those that hold work back.")]
TaskParam = Annotated[UUID | None, Query(alias="task", description="Those that hold this task back.")]
OrganisationParam = Annotated[Lookup | None, Query(description="Those that hold back this body, or one below it.")]
SortParam = Annotated[
    Literal["newest", "longest"],
    Query(description="`newest`: opened last first; `longest`: those that were opened first, first."),
]
RoleParam = Annotated[
    Role,
    Query(
        description="Those in which your organisation has a part (`part`), those on which it is to decide "
        "(`deciding`), or those on tasks that your token's mandate names (`mandate`)."
    ),
]
_STEP_REFUSALS = (ObstacleNotFound, OrganisationNotAllowed, TransitionNotAllowed, StaleVersion)
_STATED_REFUSALS = (FactsPastNotAllowed, FactInFuture)
_OPENED: dict[int | str, dict[str, Any]] = {
    200: {"description": "It is open in the same words; nothing changed.", "model": ObstacleView, **TAGGED[200]},
    201: {"headers": {**TAGGED[200]["headers"], **LOCATED[201]["headers"]}},
}


@router.get(
    "/obstacles",
    operation_id="listObstacles",
    dependencies=[PUBLIC],
    responses=problem_responses(ReferenceUnknown),
)
async def list_obstacles(
    ctx: ContextDep,
    programme: ProgrammeParam = None,
    kind: KindParam = None,
    nature: NatureParam = None,
    level: LevelParam = None,
    state: StateParam = None,
    organisation: OrganisationParam = None,
    task_id: TaskParam = None,
    sort: SortParam = "newest",
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[ObstacleView]:
    """What holds work back, opened last first, with who is to decide by when."""
    narrow = ObstacleFilter(programme, kind, nature, level, state, task_id)
    return await _page(ctx, narrow, organisation, sort, cursor, limit)


@router.get(
    "/own/obstacles",
    operation_id="listOwnObstacles",
    dependencies=[OWN],
    responses=problem_responses(ReferenceUnknown),
)
async def list_own_obstacles(
    ctx: ContextDep,
    programme: ProgrammeParam = None,
    kind: KindParam = None,
    nature: NatureParam = None,
    level: LevelParam = None,
    state: StateParam = None,
    organisation: OrganisationParam = None,
    task_id: TaskParam = None,
    role: RoleParam = "part",
    sort: SortParam = "newest",
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[ObstacleView]:
    """As `/obstacles`, of your organisation or by mandate; those on restricted tasks included."""
    named = await mandated(ctx) if role == "mandate" else None
    own = ctx.caller.own_organisation() if named is None else None
    narrow = ObstacleFilter(programme, kind, nature, level, state, task_id, None, own, role, named)
    return await _page(ctx, narrow, organisation, sort, cursor, limit)


@router.get(
    "/own/obstacles/{obstacle_id}",
    operation_id="getOwnObstacle",
    dependencies=[OWN],
    responses=TAGGED | problem_responses(ObstacleNotFound),
)
@router.get(
    "/obstacles/{obstacle_id}",
    operation_id="getObstacle",
    dependencies=[PUBLIC],
    responses=TAGGED | problem_responses(ObstacleNotFound),
)
async def get_obstacle(ctx: ContextDep, obstacle_id: UUID, response: Response) -> ObstacleView:
    """One obstacle, with its version as ETag; one on a restricted task only at `/own`."""
    return await _answer(ctx, await find.get_obstacle(ctx, obstacle_id), response)


@router.post(
    "/obstacles",
    operation_id="openObstacle",
    dependencies=[OPEN],
    status_code=201,
    responses=problem_responses(
        ReferenceUnknown, OrganisationNotAllowed, OrganisationEnded, TransitionNotAllowed, *_STATED_REFUSALS
    )
    | _OPENED,
)
async def open_one(ctx: ContextDep, entry: ObstacleEntry, response: Response) -> ObstacleView:
    """Report what holds tasks back, or a programme. A progress report with a `difficulty` opens one, too."""
    obstacle, new = await open_obstacle(ctx, entry)
    if new:
        locate(response, f"{PREFIX}/obstacles/{obstacle.obstacle_id}")
    else:
        response.status_code = 200
    return await _answer(ctx, obstacle, response)


@router.post(
    "/obstacles/{obstacle_id}/escalate",
    operation_id="escalateObstacle",
    dependencies=[ESCALATE],
    responses=TAGGED | problem_responses(*_STEP_REFUSALS, ReferenceUnknown),
)
async def escalate(
    ctx: ContextDep, obstacle_id: UUID, entry: ObstacleEscalation, expect: ExpectDep, response: Response
) -> ObstacleView:
    """Let an obstacle climb to the next body above, without waiting for `decide_by`."""
    return await _answer(ctx, await decide.escalate(ctx, obstacle_id, entry, expect), response)


@router.post(
    "/obstacles/{obstacle_id}/settle",
    operation_id="settleObstacle",
    dependencies=[SETTLE],
    responses=TAGGED | problem_responses(*_STEP_REFUSALS, ReferenceUnknown, FactBehindLastChange, *_STATED_REFUSALS),
)
async def settle(
    ctx: ContextDep, obstacle_id: UUID, entry: ObstacleSettlement, expect: ExpectDep, response: Response
) -> ObstacleView:
    """Settle an obstacle at the level at which it stands: how it was decided, and when it was resolved."""
    return await _answer(ctx, await decide.settle(ctx, obstacle_id, entry, expect), response)


@router.post(
    "/obstacles/{obstacle_id}/reopen",
    operation_id="reopenObstacle",
    dependencies=[REOPEN],
    responses=TAGGED | problem_responses(*_STEP_REFUSALS),
)
async def reopen(
    ctx: ContextDep, obstacle_id: UUID, entry: ObstacleReopening, expect: ExpectDep, response: Response
) -> ObstacleView:
    """Open a settled obstacle again: it holds work back still, or once more."""
    return await _answer(ctx, await decide.reopen(ctx, obstacle_id, entry, expect), response)


async def _page(
    ctx: Context, narrow: ObstacleFilter, organisation: str | None, sort: str, cursor: str | None, limit: int
) -> Page[ObstacleView]:
    newest = sort == "newest"
    context = f"obstacles {narrow} {organisation} {sort}"
    after = decode_cursor(cursor, datetime, UUID, context=context) if cursor else None
    found = await find.list_obstacles(ctx, narrow, organisation, after, limit + 1, newest_first=newest)
    last = found[limit - 1] if len(found) > limit else None
    following = last and encode_cursor([last.opened_at, last.obstacle_id], context=context)
    return Page(items=await obstacle_responses(ctx, found[:limit]), next=following)


async def _answer(ctx: Context, obstacle: Obstacle, response: Response) -> ObstacleView:
    # That a decision is late is told by time, and moves no version.
    tag(response, ctx.log, obstacle, "late" if is_late(ctx, obstacle) else None)
    return (await obstacle_responses(ctx, [obstacle]))[0]
