"""Extending the current deadline of a task by a decision."""

from uuid import UUID

from sixclear.common.use_case import Context, Expect
from sixclear.tasks.task import lifecycle
from sixclear.tasks.task.access import require_assigning_body
from sixclear.tasks.task.deadlines import check_to_come, deadline_instant
from sixclear.tasks.task.models import Task, state_of
from sixclear.tasks.task.schemas import ExtensionEntry
from sixclear.tasks.task.service.find import locked
from sixclear.tasks.task.service.record import record_change


async def extend(ctx: Context, task_id: UUID, entry: ExtensionEntry, expect: Expect) -> Task:
    """Move the current deadline by a decision of the assigning body, with the reason (R8).

    The same decision with the same reason, with nothing since on that civil day, changes nothing.
    """
    task = await locked(ctx, task_id, expect)
    require_assigning_body(ctx, state_of(task), "extend a task of another assigning body")
    deadline = deadline_instant(entry.deadline)
    if task.current_deadline == deadline and await _is_repeated(ctx, task, entry):
        return task
    occurred_at = ctx.fact_time(entry.occurred_at, task.occurred_at)
    check_to_come(deadline, ctx.now, tells_past="facts:past" in ctx.caller.scopes)
    change = lifecycle.extend(state_of(task), deadline)
    await record_change(ctx, task, change, occurred_at, reason=entry.reason)
    return task


async def _is_repeated(ctx: Context, task: Task, entry: ExtensionEntry) -> bool:
    """Whether the last change of the task is the extension that the entry asks for."""
    (last,) = await ctx.log.history(ctx.session, "task", task.task_id, limit=1)
    own = ctx.caller.own_organisation()
    told = last.change, last.meta.get("organisation_id"), last.meta.get("reason")
    return told == ("extended", str(own), entry.reason) and lifecycle.may_repeat(
        entry.occurred_at, last.occurred_at, last.recorded_at, ctx.now
    )
