"""Finding tasks: one, one to be changed, and what became of one."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.events.log import StoredEvent
from sixclear.common.use_case import Context, Expect
from sixclear.common.web.etags import in_letters
from sixclear.tasks.task import repository as rows
from sixclear.tasks.task import timing
from sixclear.tasks.task.access import NOT_SEEN, is_visible, reads_whole
from sixclear.tasks.task.assignment import assignment_of
from sixclear.tasks.task.errors import TaskNotFound
from sixclear.tasks.task.filters import is_seen
from sixclear.tasks.task.lifecycle import TaskRecord
from sixclear.tasks.task.models import AnyTask, Task, state_of
from sixclear.tasks.task.recording import record_at
from sixclear.tasks.task.responses import (
    beside_of,
    history_responses,
    numbers_for,
    period_word,
    task_response,
    tasks_as_json,
)
from sixclear.tasks.task.schemas import HistoryEntry, TaskView


async def get_task(ctx: Context, task_id: UUID, *, lock: bool = False, offered_to: UUID | None = None) -> Task:
    """The task, if the caller may see it; raises TaskNotFound, also for a restricted one of other bodies.

    A body that it is offered to may see it, too, and to read it (without `lock`) whose mandate names it.
    """
    task, own = await rows.find_task(ctx.session, task_id, lock=lock), ctx.caller.organisation_id
    if task is None:
        raise TaskNotFound(NOT_SEEN)
    if is_visible(state_of(task), own) or (own is not None and own == offered_to):
        return task
    if lock or not await reads_whole(ctx.session, ctx.caller, task):
        raise TaskNotFound(NOT_SEEN)
    return task


async def reported_percent(ctx: Context, task_id: UUID) -> int:
    """The percentage of the last report on a task; 0 without one."""
    return await rows.last_percent(ctx.session, task_id)


async def locked(ctx: Context, task_id: UUID, expect: Expect) -> Task:
    """The task with its row locked until the transaction ends.

    Raises TaskNotFound as `get_task` does, then what `expect` raises when the caller decided on another version.
    """
    task = await get_task(ctx, task_id, lock=True)
    expect(task)
    return task


async def lock_task(ctx: Context, task_id: UUID) -> Task | None:
    """The task with its row locked, seen by the caller or not: for what a decision makes of it later."""
    return await rows.find_task(ctx.session, task_id, lock=True)


async def lock_records(ctx: Context, task_ids: Collection[UUID]) -> dict[UUID, TaskRecord]:
    """Those of these tasks that are there, as records, with their rows locked; seen or not."""
    return await rows.lock_records(ctx.session, task_ids)


async def locked_record(ctx: Context, task_id: UUID, expect: Expect) -> TaskRecord:
    """As `locked`, for a step that changes this one row and writes it itself: the task as a frozen record."""
    task = (await rows.lock_records(ctx.session, [task_id])).get(task_id)
    return admitted(task, ctx.caller.organisation_id, expect)


def admitted(task: TaskRecord | None, organisation_id: UUID | None, expect: Expect) -> TaskRecord:
    """A locked task, if the caller may see it and decided on its version; raises as `locked` does."""
    if task is None or not is_visible(task, organisation_id):
        raise TaskNotFound(NOT_SEEN)
    expect(task)
    return task


async def shown(ctx: Context, task: AnyTask) -> TaskView:
    """The task as the caller may read it now."""
    return await task_response(ctx, task)


async def shown_to_concerned(
    session: AsyncSession, tasks: Sequence[TaskRecord], now: datetime
) -> list[tuple[bytes, str | None]]:
    """Each task as JSON, as `shown` gives it to a caller that has a part in it, with its `derived_state`.

    Nothing is hidden from that caller.
    """
    told = await tasks_as_json(session, tasks, now)
    return [(body, _joined(derived_at(task, now), beside)) for task, (body, beside) in zip(tasks, told, strict=True)]


async def shown_after(ctx: Context, task: Task, event: StoredEvent) -> bytes:
    """As `shown_to_concerned`, as the task was after an event that hid nothing, at `ctx.now`."""
    return (await shown_to_concerned(ctx.session, [record_at(task, event)], ctx.now))[0][0]


async def derived_state(ctx: Context, task: AnyTask) -> str | None:
    """What has become of the answer on a task without a version of the task, for its ETag.

    What time alone does (`derived_at`), and what became of the entities that it names (`beside_of`).
    """
    return _joined(derived_at(task, ctx.now), await beside_of(ctx, task))


def _joined(passed: str | None, beside: str) -> str | None:
    return (passed or "") + beside or None


def derived_at(task: AnyTask, now: datetime) -> str | None:
    """How near its deadline is or how late it is, else in which period, and that its lead body accepted or objected."""
    state = state_of(task)
    passed = timing.turned(state, now) or period_word(task, now)
    if (late := timing.days_late(state, now)) is not None:
        passed = f"{passed}{in_letters(late)}"
    answered = assignment_of(state, now)
    if answered is None or answered.state == "waiting":
        return passed
    # Of silence, only where it came after this version; what was answered before there was one is no news.
    silent = state.accepted_at is None and answered.state == "accepted"
    if silent and (answered.accept_by is None or answered.accept_by < task.recorded_at):
        return passed
    return (passed or "") + answered.state


async def has_hidden_numbers(ctx: Context, task: Task) -> bool:
    """Whether the caller is told other numbers than those that are stored."""
    return bool(await numbers_for(ctx, [task]))


async def count_naming(ctx: Context, directive_id: UUID) -> int:
    """How many tasks name a directive, restricted ones included; those that are over as proposals do not count."""
    return await rows.count_naming(ctx.session, directive_id)


async def count_by_clause(ctx: Context, directive_id: UUID) -> list[tuple[str | None, int]]:
    """How many tasks that the caller may see name each clause of a directive; those that are over as proposals do not
    count.
    """
    seen = [is_seen(ctx.caller.organisation_id)]
    return await rows.count_by_clause(ctx.session, directive_id, seen)


async def concerned_among(ctx: Context, task_ids: Collection[UUID]) -> set[UUID]:
    """Those of these tasks in which the caller's organisation has a part."""
    return await rows.concerned_among(ctx.session, task_ids, ctx.caller.own_organisation())


async def invisible_among(ctx: Context, task_ids: Collection[UUID]) -> set[UUID]:
    """Those of these tasks that the caller may not see."""
    restricted = await rows.restricted_among(ctx.session, task_ids)
    return {task.task_id for task in restricted if not is_visible(state_of(task), ctx.caller.organisation_id)}


async def history(ctx: Context, task_id: UUID, before: int | None, limit: int) -> list[HistoryEntry]:
    """A task's changes, newest first, as far as the caller may read them; raises TaskNotFound.

    What happened while the task was restricted stays with who reads the whole of it, also when it is public again.
    """
    task = await get_task(ctx, task_id)
    everything = await reads_whole(ctx.session, ctx.caller, task)
    found: list[StoredEvent] = []
    while len(found) < limit:
        events = await ctx.log.history(ctx.session, "task", task_id, before=before, limit=limit)
        found += [event for event in events if everything or event.published]
        if len(events) < limit:
            break
        before = events[-1].version
    return await history_responses(ctx, task, found[:limit])
