"""Recording a change of a task. Other folders change tasks through this."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from sixclear.common.change import Change
from sixclear.common.recording import record
from sixclear.common.use_case import Context
from sixclear.tasks.directive.service import take_up
from sixclear.tasks.task.lifecycle import OPEN_STATUSES
from sixclear.tasks.task.models import Task
from sixclear.tasks.task.public import Said
from sixclear.tasks.task.recording import TASK, task_data
from sixclear.tasks.task.service.children import follow_children, moves_children, restate_children, withdraw_children

# By these an assigned task can come to name a directive.
_MAY_TAKE_UP = frozenset({"assigned", "updated", "withdrawn"})


async def record_change(
    ctx: Context,
    task: Task,
    change: Change,
    occurred_at: datetime,
    *,
    reason: str | None = None,
    said: Said | None = None,
) -> None:
    """Apply a change to a task that is locked or new, and append its event.

    `said` is what everyone reads of the report that the change comes by.
    """
    kind = TASK if said is None else replace(TASK, data=partial(task_data, said=said))
    if change.name == "withdrawn":
        await withdraw_children(ctx, task, occurred_at)
    await record(ctx, task, change, occurred_at, kind, reason=reason)
    if change.name != "withdrawn" and task.version > 1 and moves_children(change.fields):
        await restate_children(ctx, task, occurred_at)
    await follow_children(ctx, task, change, occurred_at)
    if task.directive_id is not None and change.name in _MAY_TAKE_UP and task.status in OPEN_STATUSES:
        await take_up(ctx.session, task.directive_id)
