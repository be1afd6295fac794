"""Recording a change of a task. Other folders change tasks through this."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from sixclear.common.change import Change
from sixclear.common.recording import record
from sixclear.common.use_case import Context
from sixclear.tasks.task.hidden import Said
from sixclear.tasks.task.models import Task
from sixclear.tasks.task.recording import TASK, task_data


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
    await record(ctx, task, change, occurred_at, kind, reason=reason)
