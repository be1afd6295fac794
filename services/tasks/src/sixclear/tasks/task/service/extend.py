"""Extending the current deadline of a task by a decision."""

from uuid import UUID

from sixclear.common.use_case import Context, Expect
from sixclear.tasks.task import lifecycle
from sixclear.tasks.task.access import require_assigning_body
from sixclear.tasks.task.deadlines import deadline_instant
from sixclear.tasks.task.errors import DeadlineInPast
from sixclear.tasks.task.models import Task, state_of
from sixclear.tasks.task.schemas import ExtensionEntry
from sixclear.tasks.task.service.find import locked
from sixclear.tasks.task.service.record import record_change


async def extend(ctx: Context, task_id: UUID, entry: ExtensionEntry, expect: Expect) -> Task:
    """Move the current deadline by a decision of the assigning body, with the reason (R8)."""
    task = await locked(ctx, task_id, expect)
    require_assigning_body(ctx, state_of(task), "extend a task of another assigning body")
    occurred_at = ctx.fact_time(entry.occurred_at, task.occurred_at)
    deadline = deadline_instant(entry.deadline)
    if deadline < ctx.now and "facts:past" not in ctx.caller.scopes:
        raise DeadlineInPast(
            "An extension gives a deadline that is still to come; one of the past needs the scope facts:past.",
            errors=[{"pointer": "#/deadline", "code": "in-past", "detail": "Give a time from now on."}],
        )
    change = lifecycle.extend(state_of(task), deadline)
    await record_change(ctx, task, change, occurred_at, reason=entry.reason)
    return task
