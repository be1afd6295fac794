"""Assigning a proposed task to its lead body."""

from datetime import datetime
from uuid import UUID

from sixclear.common.caller import InsufficientScope
from sixclear.common.use_case import Context, Expect, OrganisationNotAllowed
from sixclear.tasks.organisation.service import is_within, level_of
from sixclear.tasks.task import lifecycle
from sixclear.tasks.task.access import require_owner_to_assign
from sixclear.tasks.task.deadlines import check_to_come
from sixclear.tasks.task.models import Task, state_of
from sixclear.tasks.task.schemas import Step
from sixclear.tasks.task.series import check_occurs
from sixclear.tasks.task.service.find import locked
from sixclear.tasks.task.service.record import record_change


async def assign(ctx: Context, task_id: UUID, step: Step, expect: Expect) -> Task:
    """Assign a proposed task; only the assigning organisation may, in its own programme. Raises SixClearsMissing."""
    task = await locked(ctx, task_id, expect)
    await assign_described(ctx, task, step.occurred_at)
    return task


async def assign_described(ctx: Context, task: Task, occurred_at: datetime | None) -> None:
    """As `assign`, for a task that this request has described, by a route that needs another scope."""
    require_owner_to_assign(ctx, task)
    if "tasks:assign" not in ctx.caller.scopes:
        raise InsufficientScope("tasks:assign")
    await check_chain(ctx, task, task.lead_organisation_id)
    lifecycle.check_confirmable(state_of(task), task.programme.owner_organisation_id)
    if task.current_deadline is not None:
        check_to_come(task.current_deadline, ctx.now, tells_past="facts:past" in ctx.caller.scopes)
    assigned_at = ctx.fact_time(occurred_at, task.occurred_at)
    if task.recurrence:
        check_occurs(task.recurrence, assigned_at, task.programme.terms)
    change = lifecycle.assign(state_of(task), assigned_at, enforced=task.programme.six_clears_enforced)
    await record_change(ctx, task, change, assigned_at)


async def check_chain(ctx: Context, task: Task, lead: UUID | None) -> None:
    """The level is the assigning body's, and a body that is not central gives tasks only to its own.

    Raises LevelMismatch and OrganisationNotAllowed.
    """
    level = await level_of(ctx.session, task.assigning_organisation_id)
    lifecycle.check_level(task.assigned_by, level)
    own = task.assigning_organisation_id
    if lead and level != "central" and not await is_within(ctx.session, lead, own):
        raise OrganisationNotAllowed(
            "A body that is not central assigns tasks only to itself and the organisations below it; "
            "name such a body as lead, or have a central body assign the task."
        )
