"""What time makes of ladders, recorded without a request, and what follows a change of their task.

The rows of tasks are locked before their ladders are read, and a rung is a row that a task and a deadline have once. So
it is safe to run twice, in several processes, and after a standstill. No version of a task moves.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from sixclear.common.caller import Caller
from sixclear.common.change import Change
from sixclear.common.clock import Clock, civil_date
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.ids import stable_id
from sixclear.common.recording import record_many
from sixclear.common.use_case import Context, Expect
from sixclear.tasks.programme import service as programmes
from sixclear.tasks.programme.ladder import Ladder, ladder_of
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.task.lifecycle import TaskRecord
from sixclear.tasks.task.models import Task, state_of
from sixclear.tasks.task.service.children import Children, dimensions
from sixclear.tasks.task.service.describe import position_at
from sixclear.tasks.task.service.find import lock_records
from sixclear.tasks.urge import lifecycle
from sixclear.tasks.urge import repository as rows
from sixclear.tasks.urge.lifecycle import Due
from sixclear.tasks.urge.models import Urge, urge_state
from sixclear.tasks.urge.recording import URGE
from sixclear.tasks.urge.repository import Standing

_log = structlog.get_logger(__name__)
_CALLER = Caller("calendar")
# A transaction that writes events ends within seconds.
_TASKS_AT_ONCE = 100
_LADDERS_AT_ONCE = 2000
_AGAIN_AFTER = timedelta(hours=1)
# How long a release before may have run beside this one since its tasks were last looked for.
_LEFT_FOR = timedelta(hours=26)
# The word of the law for who answers for a body (*người đứng đầu*).
HEAD = "Người đứng đầu"


async def pass_time(database: Database, log: EventLog, clock: Clock) -> int:
    """Send what is due on ladders, and record what is skipped; answers how many rungs were told.

    A task at which the service itself fails stops no other: it is looked at again after an hour.
    """
    await _look_again(database, clock)
    told = 0
    while True:
        async with database.transaction() as session:
            due = await rows.list_due(session, clock(), _TASKS_AT_ONCE)
        if not due:
            return told
        try:
            told += await _tell_due(database, log, clock, due)
        except Exception:
            told += await _tell_one_by_one(database, log, clock, due)


async def _tell_due(database: Database, log: EventLog, clock: Clock, task_ids: Collection[UUID]) -> int:
    async with database.transaction() as session:
        ctx = Context(session, log, _CALLER, clock())
        changes = await _tell(ctx, task_ids)
        await record_many(ctx, changes, URGE)
    log.wake()
    return len(changes)


async def _tell_one_by_one(database: Database, log: EventLog, clock: Clock, task_ids: Collection[UUID]) -> int:
    """Raises what a task raises whose row cannot be put off either: the database is away then."""
    told = 0
    for task_id in task_ids:
        try:
            told += await _tell_due(database, log, clock, [task_id])
        except Exception as error:
            async with database.transaction() as session:
                await rows.put_off(session, task_id, clock() + _AGAIN_AFTER)
            _log.error("ladder of a task failed", task_id=str(task_id), exc_info=error)
    return told


async def _look_again(database: Database, clock: Clock) -> None:
    """Take what a programme's new ladder is to its tasks, in chunks: there may be a million."""
    goes_on = True
    while goes_on:
        async with database.transaction() as session:
            goes_on = await rows.look_again(session, clock(), _LADDERS_AT_ONCE)


async def take_up_left(database: Database, clock: Clock) -> None:
    """Let ladders run that a release before did not begin."""
    async with database.transaction() as session:
        now = clock()
        await rows.take_up_left(session, now - _LEFT_FOR, now)


async def _tell(ctx: Context, task_ids: Collection[UUID]) -> list[tuple[Urge, Change, datetime]]:
    tasks = await lock_records(ctx, task_ids)
    standings = await rows.lock_ladders(ctx.session, tasks, ctx.now)
    ladders = await programmes.ladders_of(ctx.session, {task.programme_id for task in tasks.values()})
    known = await rows.known_rules(ctx.session, [one.task_id for one in standings])
    found: list[tuple[Urge, Change, datetime]] = []
    after: list[Standing] = []
    for standing in standings:
        task = tasks[standing.task_id]
        if not lifecycle.runs(task) or task.current_deadline != standing.deadline:
            # Its task ended by a way that tells no ladder.
            after.append(Standing(standing.task_id, standing.deadline, standing.told_to, None))
            continue
        rules = known.get((standing.task_id, standing.deadline), ())
        climbed = lifecycle.climb(ladders[task.programme_id], standing.deadline, standing.told_to, ctx.now, rules)
        found += [_rung(ctx, task, one, "skipped") for one in climbed.skipped]
        found += [] if climbed.sent is None else [_rung(ctx, task, climbed.sent, "told")]
        after.append(Standing(standing.task_id, standing.deadline, climbed.told_to, climbed.next_at))
    await rows.put_ladders(ctx.session, after)
    return found


def _rung(ctx: Context, task: TaskRecord, due: Due, state: str) -> tuple[Urge, Change, datetime]:
    deadline, rule = task.current_deadline, due.rung.rule
    assert deadline is not None, "the ladder runs"
    urge = Urge(
        urge_id=stable_id("urge", str(task.task_id), deadline.isoformat(), rule),
        version=0,
        kind="rung",
        state=state,
        rule=rule,
        deadline=deadline,
        due_at=due.due_at,
        urged_at=ctx.now,
        day=civil_date(ctx.now),
        hidden=task.classification != "public",
        **_addressee(task, due.rung.to),
        **dimensions(task),
    )
    ctx.session.add(urge)
    return urge, Change("skipped" if state == "skipped" else lifecycle.change_of(due.rung), {}), ctx.now


def _addressee(task: TaskRecord, to: str) -> dict[str, Any]:
    lead = task.lead_organisation_id
    assert lead is not None, "an assigned task has a lead body"
    body, position = lead, task.responsible_position
    if to == "standing_body":
        body, position = task.programme.owner_organisation_id, None
    elif to == "head":
        position = position_at(HEAD, lead)
    return {"to": to, "addressee_organisation_id": body, "addressee_position": position}


async def follow_task(ctx: Context, task: Task, change: Change, occurred_at: datetime) -> None:
    """What a change of a locked task makes of its ladder and of what waits for an answer, in the same transaction."""
    if change.name in lifecycle.MOVES_LADDER:
        given = change.name == "assigned" or "current_deadline" in change.fields
        await _follow_ladder(ctx, task, occurred_at if given else task.assigned_at or occurred_at)
    if task.assigned_at is not None and lifecycle.ends(task.status, change.fields):
        lapsed = [
            (urge, lifecycle.lapse(urge_state(urge)), max(occurred_at, urge.occurred_at))
            for urge in await rows.list_open(ctx.session, task.task_id)
        ]
        await record_many(ctx, lapsed, URGE)


async def _follow_ladder(ctx: Context, task: Task, given_at: datetime) -> None:
    """`given_at` is when the deadline was given, as far as it is known."""
    if task.kind != "one_off":
        return
    if task.current_deadline is None or task.status in lifecycle.OVER:
        await rows.stop_ladder(ctx.session, task.task_id)
        return
    ladder = ladder_of(task.programme.ladder)
    due = (ladder.due_at(rung, task.current_deadline) for rung in ladder.rungs)
    # At the earliest: for a deadline that ran before, rungs may be due by now.
    next_at = min((one for one in due if one > given_at), default=None)
    begun = Standing(task.task_id, task.current_deadline, given_at, next_at)
    await rows.begin_ladder(ctx.session, begun, runs=lifecycle.runs(state_of(task)), now=ctx.now)


def _carried(urge: Urge, task: Task) -> Mapping[str, Any]:
    """What is said to the doer is said to the body that does the task now."""
    return {
        "addressee_organisation_id": task.lead_organisation_id,
        "addressee_position": task.responsible_position,
    }


CHILDREN = Children(Urge, URGE, follow=follow_task, carried=_carried)


async def put_ladder(ctx: Context, slug: str, ladder: Ladder, expect: Expect) -> Programme:
    """Give a programme another ladder, which counts from now on: what was told stays told.

    The next pass takes it to the deadlines that run.

    Raises what `programmes.put_ladder` raises.
    """
    programme, changed = await programmes.put_ladder(ctx, slug, ladder, expect)
    if changed:
        await rows.note_change(ctx.session, programme.programme_id)
    return programme


async def get_programme(ctx: Context, slug: str) -> Programme:
    """The programme whose ladder is asked for; raises ProgrammeNotFound."""
    return await programmes.get_programme(ctx.session, slug)
