"""What time does to periods, recorded without a request, and what follows a change of their task.

Each is recorded once: the rows of the tasks are locked before their periods are read. So it is safe to run twice, in
several processes, and after a standstill, when many periods of a task are opened at a time, in their order.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sixclear.common.caller import Caller
from sixclear.common.change import Change
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.use_case import Context
from sixclear.tasks.period import repository as rows
from sixclear.tasks.period.lifecycle import PeriodRecord, Step, Told, place, require_recurring
from sixclear.tasks.period.models import Period
from sixclear.tasks.period.passage import (
    Known,
    RecurringTask,
    advance,
    end,
    first_period,
    follow_rule,
    go_on_at,
    stop,
)
from sixclear.tasks.period.recording import PERIOD, event_of
from sixclear.tasks.task.models import AnyTask, Task
from sixclear.tasks.task.service.children import Children, dimensions
from sixclear.tasks.task.service.find import lock_records

_CALLER = Caller("calendar")
# A transaction that writes events ends within seconds.
_TASKS_AT_ONCE, _STEPS_OF_A_TASK = 100, 60
_OVER = frozenset({"completed", "cancelled"})


async def pass_time(database: Database, log: EventLog, clock: Clock) -> int:
    """Open, miss and lock what time has opened, missed and locked; answers how many steps that were."""
    told = 0
    while True:
        async with database.transaction() as session:
            ctx = Context(session, log, _CALLER, clock())
            due = await rows.list_due(session, ctx.now, _TASKS_AT_ONCE)
            steps = await pass_time_of(ctx, due) if due else []
            await store(ctx, steps)
        if not steps:
            return told
        log.wake()
        told += len(steps)


async def pass_time_of(ctx: Context, task_ids: Collection[UUID]) -> list[Step]:
    """What time has done to the periods of these tasks, whose rows are locked from here on; not stored yet."""
    tasks = await lock_records(ctx, task_ids)
    known = await known_of(ctx, tasks)
    steps: list[Step] = []
    for task_id, task in tasks.items():
        steps += advance(recurring(task), known[task_id], ctx.now, _STEPS_OF_A_TASK)
    return steps


async def open_for_reports(
    ctx: Context, tasks: Mapping[UUID, AnyTask], keys: Collection[str], instants: Collection[datetime]
) -> tuple[dict[UUID, list[PeriodRecord]], list[Step]]:
    """The periods of those of these locked tasks that recur, as far as a report may be of them.

    What time has done meanwhile are the steps: they are stored with the reports.
    """
    recur = {task_id: task for task_id, task in tasks.items() if task.kind == "recurring"}
    found: dict[UUID, list[PeriodRecord]] = {}
    steps: list[Step] = []
    for task_id, known in (await known_of(ctx, recur, keys, instants) if recur else {}).items():
        own = advance(recurring(recur[task_id]), known, ctx.now, _STEPS_OF_A_TASK)
        now = {one.period_id: one for one in known.periods} | {step.after.period_id: step.after for step in own}
        found[task_id] = list(now.values())
        steps += own
    return found, steps


async def takes_evidence(ctx: Context, task: AnyTask, key: str, occurred_at: datetime) -> None:
    """What time has done to the periods of a locked task is recorded, and the one of this name takes evidence.

    Raises ReferenceUnknown where there is none, PeriodClosed where it takes no report of this time either.
    """
    require_recurring(task.kind)
    found, steps = await open_for_reports(ctx, {task.task_id: task}, {key}, ())
    await store(ctx, steps)
    place(found[task.task_id], key, occurred_at)


async def known_of(
    ctx: Context, tasks: Mapping[UUID, AnyTask], keys: Collection[str] = (), instants: Collection[datetime] = ()
) -> dict[UUID, Known]:
    """What is known of the periods of these locked tasks, those of these names and instants included."""
    found: dict[UUID, list[PeriodRecord]] = {task_id: [] for task_id in tasks}
    for period in await rows.list_known(ctx.session, tasks, keys, instants):
        found[period.task_id].append(period)
    told = await _told_since(ctx, tasks, found)
    return {
        task_id: Known(periods, told.get(task_id, ()), await _keys(ctx, tasks[task_id], periods))
        for task_id, periods in found.items()
    }


async def _told_since(
    ctx: Context, tasks: Mapping[UUID, AnyTask], found: Mapping[UUID, Sequence[PeriodRecord]]
) -> dict[UUID, list[Told]]:
    """Reports of no period in windows that end or open now: of before there were periods, or of the release before."""
    since = {
        task_id: at
        for task_id, periods in found.items()
        if (at := _ends_or_opens(tasks[task_id], periods, ctx.now)) is not None
    }
    told: dict[UUID, list[Told]] = {}
    if since:
        for task_id, one in await rows.list_told(ctx.session, since, min(since.values())):
            told.setdefault(task_id, []).append(one)
    return told


def _ends_or_opens(task: AnyTask, periods: Sequence[PeriodRecord], now: datetime) -> datetime | None:
    """Where the first window opens that ends or opens now; None where none does."""
    waiting = [one for one in periods if one.status == "open"]
    if waiting and min(one.next_at or one.due_at for one in waiting) >= now:
        return None
    ends = max((one.next_at or one.due_at for one in periods), default=task.assigned_at)
    opens = min((one.opens_at for one in waiting), default=ends)
    return None if opens is None or opens >= now else opens


async def _keys(ctx: Context, task: AnyTask, periods: Sequence[PeriodRecord]) -> Collection[str]:
    changed = periods and max(periods, key=lambda one: one.due_at).rule != task.recurrence
    return await rows.keys_of(ctx.session, task.task_id) if changed else ()


def recurring(task: AnyTask) -> RecurringTask:
    """What the rules read of a task."""
    return RecurringTask(dimensions(task), task.status, task.recurrence, task.assigned_at, task.programme.terms)


async def store(ctx: Context, steps: Sequence[Step], reason: str | None = None) -> None:
    """Write the rows of these periods and append their events, with one statement."""
    events = [event_of(ctx, step, reason) for step in steps if step.change]
    if events:
        await ctx.log.publish_many(ctx.session, events, recorded_at=ctx.now, rows=rows.written(steps))
    elif steps:
        await rows.put(ctx.session, steps)


async def follow_task(ctx: Context, task: Task, change: Change, occurred_at: datetime) -> None:
    """What a change of a locked task makes of its periods, in the same transaction."""
    if task.kind != "recurring" or task.assigned_at is None:
        return
    if change.name == "assigned":
        await store(ctx, first_period(recurring(task), ctx.now))
    elif "recurrence" in change.fields:
        known = (await known_of(ctx, {task.task_id: task}))[task.task_id]
        moved = follow_rule(recurring(task), known, occurred_at, ctx.now)
        await store(ctx, moved or advance(recurring(task), known, ctx.now, _STEPS_OF_A_TASK))
    elif change.name in ("paused", "resumed"):
        known = (await known_of(ctx, {task.task_id: task}))[task.task_id]
        known = replace(known, keys=await rows.keys_of(ctx.session, task.task_id))
        passed = stop if change.name == "paused" else go_on_at
        await store(ctx, passed(recurring(task), known, occurred_at, ctx.now, _STEPS_OF_A_TASK))
    elif task.status in _OVER and "status" in change.fields:
        known = (await known_of(ctx, {task.task_id: task}))[task.task_id]
        await store(ctx, end(known, occurred_at, ctx.now))


CHILDREN = Children(Period, PERIOD, follow=follow_task)
