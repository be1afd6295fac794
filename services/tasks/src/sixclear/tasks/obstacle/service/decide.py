"""What bodies decide on an obstacle: that it climbs, how it is settled, that it is open again."""

from uuid import UUID

from sixclear.common.change import Change
from sixclear.common.recording import record
from sixclear.common.use_case import Context, Expect
from sixclear.tasks.obstacle import lifecycle
from sixclear.tasks.obstacle.access import require_escalator, require_reopener, require_settler
from sixclear.tasks.obstacle.models import Obstacle, obstacle_state
from sixclear.tasks.obstacle.recording import OBSTACLE
from sixclear.tasks.obstacle.schemas import ObstacleEscalation, ObstacleReopening, ObstacleSettlement
from sixclear.tasks.obstacle.service.classify import classified
from sixclear.tasks.obstacle.service.find import locked
from sixclear.tasks.obstacle.service.levels import level_above, level_at
from sixclear.tasks.programme.service import get_programme


async def escalate(ctx: Context, obstacle_id: UUID, entry: ObstacleEscalation, expect: Expect) -> Obstacle:
    """Let it climb to the next body above. The same body with the same reason again changes nothing.

    Raises ObstacleNotFound, OrganisationNotAllowed, ReferenceUnknown for a kind, and TransitionNotAllowed for one that
    is settled or that the owner of the programme is to decide.
    """
    obstacle = await locked(ctx, obstacle_id, expect)
    organisation_id = require_escalator(ctx, obstacle)
    state = obstacle_state(obstacle)
    if lifecycle.is_escalated_so(state, organisation_id, entry.reason):
        return obstacle
    programme = await get_programme(ctx.session, obstacle.programme)
    kind = classified(programme, entry.kind)
    occurred_at = ctx.fact_time(None, obstacle.occurred_at)
    above = await level_above(ctx, obstacle, programme)
    change = lifecycle.escalate(state, above, organisation_id, entry.reason)
    return await _record(ctx, obstacle, Change(change.name, {**change.fields, "escalated_at": occurred_at, **kind}))


async def settle(ctx: Context, obstacle_id: UUID, entry: ObstacleSettlement, expect: Expect) -> Obstacle:
    """Settle it, at whatever level it stands. The same body with the same words again changes nothing.

    Raises ObstacleNotFound, OrganisationNotAllowed, ReferenceUnknown for a kind, TransitionNotAllowed, and what a
    stated time raises.
    """
    obstacle = await locked(ctx, obstacle_id, expect)
    programme = await get_programme(ctx.session, obstacle.programme)
    organisation_id = await require_settler(ctx, obstacle, programme.owner_organisation_id)
    state = obstacle_state(obstacle)
    if lifecycle.is_settled_so(state, organisation_id, entry.how):
        return obstacle
    kind = classified(programme, entry.kind)
    occurred_at = ctx.fact_time(entry.occurred_at, obstacle.occurred_at)
    change = lifecycle.settle(state, organisation_id, entry.how, occurred_at)
    _hide(obstacle)
    await record(ctx, obstacle, Change(change.name, {**change.fields, **kind}), occurred_at, OBSTACLE)
    return obstacle


async def reopen(ctx: Context, obstacle_id: UUID, entry: ObstacleReopening, expect: Expect) -> Obstacle:
    """Open it again at the level at which it was settled. The same body with the same reason again changes nothing.

    Raises ObstacleNotFound, OrganisationNotAllowed and TransitionNotAllowed.
    """
    obstacle = await locked(ctx, obstacle_id, expect)
    programme = await get_programme(ctx.session, obstacle.programme)
    organisation_id = require_reopener(ctx, obstacle, programme.owner_organisation_id)
    state = obstacle_state(obstacle)
    if lifecycle.is_reopened_so(state, organisation_id, entry.reason):
        return obstacle
    at = await level_at(ctx, obstacle.decider_organisation_id, programme)
    return await _record(ctx, obstacle, lifecycle.reopen(state, at, organisation_id, entry.reason))


async def _record(ctx: Context, obstacle: Obstacle, change: Change) -> Obstacle:
    _hide(obstacle)
    await record(ctx, obstacle, change, ctx.fact_time(None, obstacle.occurred_at), OBSTACLE)
    return obstacle


def _hide(obstacle: Obstacle) -> None:
    """What is said while a task is restricted is for good not for everyone."""
    obstacle.hidden = obstacle.hidden or obstacle.classification != "public"
