"""What bodies decide on an obstacle: that it climbs, how it is settled, that it is open again."""

from typing import Any
from uuid import UUID

from sixclear.common.change import Change, TransitionNotAllowed
from sixclear.common.db import wait_to_create
from sixclear.common.recording import record
from sixclear.common.use_case import Context, Expect
from sixclear.tasks.obstacle import lifecycle
from sixclear.tasks.obstacle import repository as rows
from sixclear.tasks.obstacle.access import require_escalator, require_reopener, require_settler
from sixclear.tasks.obstacle.models import Obstacle, obstacle_state
from sixclear.tasks.obstacle.recording import OBSTACLE
from sixclear.tasks.obstacle.schemas import ObstacleEscalation, ObstacleReopening, ObstacleSettlement
from sixclear.tasks.obstacle.service.classify import classified
from sixclear.tasks.obstacle.service.find import locked
from sixclear.tasks.obstacle.service.levels import level_above, level_at
from sixclear.tasks.programme.service import get_programme
from sixclear.tasks.task.service.children import dimensions


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

    It is the body's that leads the first of its tasks now. Raises ObstacleNotFound, OrganisationNotAllowed, and
    TransitionNotAllowed also where no work is left on its tasks, or another is open in the same words.
    """
    obstacle = await locked(ctx, obstacle_id, expect)
    programme = await get_programme(ctx.session, obstacle.programme)
    organisation_id = require_reopener(ctx, obstacle, programme.owner_organisation_id)
    state = obstacle_state(obstacle)
    if lifecycle.is_reopened_so(state, organisation_id, entry.reason):
        return obstacle
    carried = await _carried_now(ctx, obstacle)
    decider = obstacle.decider_organisation_id
    if decider == obstacle.organisation_id:
        decider = carried.get("organisation_id") or decider
    change = lifecycle.reopen(state, await level_at(ctx, decider, programme), organisation_id, entry.reason)
    await _refuse_needless(ctx, obstacle)
    return await _record(ctx, obstacle, Change(change.name, {**carried, **change.fields}))


async def _carried_now(ctx: Context, obstacle: Obstacle) -> dict[str, Any]:
    """What it carries of its first task: a settled one did not follow it into other hands."""
    tasks = {task.task_id: task for task in await rows.tasks_of(ctx.session, obstacle.task_ids)}
    if obstacle.first_task_id is None:
        return {}
    carried = dimensions(tasks[obstacle.first_task_id])
    return {name: carried[name] for name in ("organisation_id", "assigned_by")}


async def _refuse_needless(ctx: Context, obstacle: Obstacle) -> None:
    """Raises TransitionNotAllowed: nothing would end it, or the same would be open twice."""
    if obstacle.task_ids and not await rows.is_one_open(ctx.session, obstacle.task_ids):
        raise TransitionNotAllowed("No work is left on its tasks that could be held back.")
    await wait_to_create(ctx.session, obstacle.key)
    if any(one.is_open for one in await rows.of_keys(ctx.session, [obstacle.key])):
        raise TransitionNotAllowed("Another obstacle is open in the same words.")


async def _record(ctx: Context, obstacle: Obstacle, change: Change) -> Obstacle:
    _hide(obstacle)
    await record(ctx, obstacle, change, ctx.fact_time(None, obstacle.occurred_at), OBSTACLE)
    return obstacle


def _hide(obstacle: Obstacle) -> None:
    """What is said while a task is restricted is for good not for everyone."""
    obstacle.hidden = obstacle.hidden or obstacle.classification != "public"
