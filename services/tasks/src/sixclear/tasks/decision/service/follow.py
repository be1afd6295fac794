"""Decisions follow their task: what is open when it ends is closed with it, in the same transaction."""

from datetime import datetime

from sixclear.common.change import Change
from sixclear.common.recording import record
from sixclear.common.use_case import Context
from sixclear.tasks.decision import lifecycle
from sixclear.tasks.decision import repository as rows
from sixclear.tasks.decision.models import Decision
from sixclear.tasks.decision.recording import DECISION
from sixclear.tasks.decision.service.assignment import settle
from sixclear.tasks.task.models import Task
from sixclear.tasks.task.service.children import Children

_OVER = frozenset({"cancelled", "completed"})


async def follow_task(ctx: Context, task: Task, change: Change, occurred_at: datetime) -> None:
    """Close what a locked task cannot take any more since this change. A proposal that ends has no decisions."""
    if task.assigned_at is None or "status" not in change.fields or task.status not in _OVER:
        return
    for decision in await rows.decisions_of(ctx.session, task.task_id):
        if decision.is_open and lifecycle.lapses(decision.kind, task.status):
            lapsed_at = max(occurred_at, decision.occurred_at)
            await record(ctx, decision, lifecycle.lapse(), lapsed_at, DECISION)
            await settle(ctx, task, decision, lapsed_at)


CHILDREN = Children(Decision, DECISION, follow=follow_task)
