"""What the confirming body decides on a result that was handed in."""

from uuid import UUID

from sixclear.common.recording import record
from sixclear.common.use_case import Context, Expect
from sixclear.tasks.task import lifecycle
from sixclear.tasks.task.access import doers
from sixclear.tasks.task.errors import ConfirmationByDoer
from sixclear.tasks.task.models import Task, state_of
from sixclear.tasks.task.recording import TASK
from sixclear.tasks.task.schemas import ReturnEntry, Step
from sixclear.tasks.task.service.find import locked


async def confirm(ctx: Context, task_id: UUID, step: Step, expect: Expect) -> Task:
    """Confirm the result: the assigning or the programme's standing body, never the doer (R7)."""
    task = await locked(ctx, task_id, expect)
    organisation_id = _confirming(ctx, task)
    occurred_at = ctx.fact_time(step.occurred_at, task.occurred_at)
    change = lifecycle.confirm(state_of(task), occurred_at, organisation_id)
    await record(ctx, task, change, occurred_at, TASK)
    return task


async def send_back(ctx: Context, task_id: UUID, entry: ReturnEntry, expect: Expect) -> Task:
    """Ask the lead body for more, with the reason."""
    task = await locked(ctx, task_id, expect)
    _confirming(ctx, task)
    occurred_at = ctx.fact_time(entry.occurred_at, task.occurred_at)
    await record(ctx, task, lifecycle.send_back(state_of(task)), occurred_at, TASK, reason=entry.reason)
    return task


def _confirming(ctx: Context, task: Task) -> UUID:
    if ctx.caller.organisation_id is not None and ctx.caller.organisation_id in doers(state_of(task)):
        raise ConfirmationByDoer("The assigning body or the standing body confirms; the doer never does.")
    allowed: set[UUID | None] = {task.assigning_organisation_id, task.programme.owner_organisation_id}
    return ctx.require_organisation(allowed, "confirm this task")
