"""What time makes of obstacles, and what follows from a change of their tasks.

The row of an obstacle is locked, and no task's: what restricts a task locks its obstacles after it. One that climbed
climbs next when the days of the new level are over, counted from then. So it is safe to run twice, in several
processes, and no level is passed over after a standstill.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sixclear.common.caller import Caller
from sixclear.common.change import Change
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.recording import record_many
from sixclear.common.use_case import Context
from sixclear.tasks.obstacle import lifecycle
from sixclear.tasks.obstacle import repository as rows
from sixclear.tasks.obstacle.models import Obstacle, obstacle_state
from sixclear.tasks.obstacle.recording import OBSTACLE
from sixclear.tasks.obstacle.service.levels import level_above
from sixclear.tasks.organisation import service as organisations
from sixclear.tasks.task.models import Task
from sixclear.tasks.task.service.children import Children, dimensions

_CALLER = Caller("calendar")
# A transaction that writes events ends within seconds.
_AT_ONCE = 100


async def pass_time(database: Database, log: EventLog, clock: Clock) -> int:
    """Let what was not decided in time climb, a level each; answers how many that were."""
    climbed = 0
    while True:
        async with database.transaction() as session:
            ctx = Context(session, log, _CALLER, clock())
            changes = await _climb(ctx)
            await record_many(ctx, changes, OBSTACLE)
        if not changes:
            return climbed
        log.wake()
        climbed += len(changes)


async def _climb(ctx: Context) -> list[tuple[Obstacle, Change, datetime]]:
    due = await rows.lock_due(ctx.session, ctx.now, _AT_ONCE)
    programmes = await rows.programmes_of(ctx.session, {one.programme for one in due}) if due else {}
    changes: list[tuple[Obstacle, Change, datetime]] = []
    for one in due:
        above = await level_above(ctx, one, programmes[one.programme])
        if above is None:
            # The owner of the programme is another body now: it is to decide already.
            one.climbs_at = None
            continue
        change = lifecycle.escalate(obstacle_state(one), above, None, None)
        at = max(ctx.now, one.occurred_at)
        changes.append((one, Change(change.name, {**change.fields, "escalated_at": at}), at))
    return changes


async def follow_task(ctx: Context, task: Task, change: Change, occurred_at: datetime) -> None:
    """Settle what holds no task back any more, in the transaction in which the last one ends."""
    if "status" not in change.fields or task.status not in lifecycle.OVER:
        return
    ended: list[tuple[Obstacle, Change, datetime]] = []
    for one in await rows.lock_open(ctx.session, task.task_id):
        others = [task_id for task_id in one.task_ids if task_id != task.task_id]
        if not await rows.is_one_open(ctx.session, others):
            at = max(occurred_at, one.occurred_at)
            ended.append((one, lifecycle.end_with_task(obstacle_state(one), at), at))
    await record_many(ctx, ended, OBSTACLE)


async def _shared(ctx: Context, obstacle: Obstacle, task: Task) -> Mapping[str, Any]:
    """It is restricted as long as one of its tasks is; the first one says whose it is, as long as it is open.

    What waits for the body that led the task waits for the one that leads it now.
    """
    others = [task_id for task_id in obstacle.task_ids if task_id != task.task_id]
    hidden = task.classification == "restricted" or await rows.is_one_restricted(ctx.session, others)
    classification = {"classification": "restricted" if hidden else "public"}
    if not obstacle.is_open or obstacle.first_task_id != task.task_id:
        return classification
    carried = {name: value for name, value in dimensions(task).items() if name != "task_id"} | classification
    lead = task.lead_organisation_id
    if lead is None or obstacle.decider_organisation_id != obstacle.organisation_id:
        return carried
    return carried | {
        "decider_organisation_id": lead,
        "level": await organisations.level_of(ctx.session, lead) or "central",
    }


CHILDREN = Children(Obstacle, OBSTACLE, follow=follow_task, shared=_shared)
