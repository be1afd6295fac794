"""What the confirming body decides on a result that was handed in."""

from uuid import UUID

from sixclear.common.use_case import Context, Expect
from sixclear.tasks.task import lifecycle
from sixclear.tasks.task import repository as rows
from sixclear.tasks.task.access import require_confirming_body
from sixclear.tasks.task.models import Task, state_of
from sixclear.tasks.task.schemas import ReturnEntry, Step
from sixclear.tasks.task.series import Series, has_ended
from sixclear.tasks.task.service.children import confirm_children
from sixclear.tasks.task.service.find import locked
from sixclear.tasks.task.service.record import record_change


async def confirm(ctx: Context, task_id: UUID, step: Step, expect: Expect) -> Task:
    """Confirm the result: the assigning or the programme's standing body, never the doer (R7).

    Evidence that still waits is accepted with it. A recurring task is completed so after its last period.
    """
    task = await locked(ctx, task_id, expect)
    organisation_id = require_confirming_body(ctx, task)
    occurred_at = ctx.fact_time(step.occurred_at, task.occurred_at)
    change = lifecycle.confirm(state_of(task), occurred_at, organisation_id, ended=_has_ended(ctx, task))
    await confirm_children(ctx, task, occurred_at, organisation_id)
    await record_change(ctx, task, change, occurred_at)
    return task


def _has_ended(ctx: Context, task: Task) -> bool:
    if task.recurrence is None or task.assigned_at is None:
        return False
    return has_ended(Series(task.recurrence, task.assigned_at, task.programme.terms), ctx.now)


async def send_back(ctx: Context, task_id: UUID, entry: ReturnEntry, expect: Expect) -> Task:
    """Ask the lead body for more, with the reason."""
    task = await locked(ctx, task_id, expect)
    require_confirming_body(ctx, task)
    occurred_at = ctx.fact_time(entry.occurred_at, task.occurred_at)
    reported = await rows.last_percent(ctx.session, task_id)
    change = lifecycle.send_back(state_of(task), reported, occurred_at)
    await record_change(ctx, task, change, occurred_at, reason=entry.reason)
    return task
