"""What the confirming body decides on a period: confirmed, returned, opened again. The doer never does."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sixclear.common.change import Change, TransitionNotAllowed
from sixclear.common.recording import record
from sixclear.common.use_case import Context, Expect
from sixclear.tasks.evidence.service import accept_of_period
from sixclear.tasks.period import lifecycle
from sixclear.tasks.period import repository as rows
from sixclear.tasks.period.lifecycle import PeriodRecord
from sixclear.tasks.period.models import Period, record_of
from sixclear.tasks.period.passage import WORKING
from sixclear.tasks.period.recording import PERIOD
from sixclear.tasks.period.schemas import PeriodReason, PeriodStep
from sixclear.tasks.period.service.find import found
from sixclear.tasks.programme.rules import Terms
from sixclear.tasks.task.access import require_confirming_body
from sixclear.tasks.task.models import Task
from sixclear.tasks.task.service.find import get_task

# What becomes of a period at an instant, by the terms of its programme.
_Decide = Callable[[PeriodRecord, datetime, Terms], Change]


async def locked(ctx: Context, task_id: UUID, key: str, expect: Expect) -> tuple[Task, Period]:
    """A task and its period of this name, both rows locked until the transaction ends, the task's first.

    Raises TaskNotFound and PeriodNotFound, then what `expect` raises.
    """
    task = await get_task(ctx, task_id, lock=True)
    period = found(await rows.find_period(ctx.session, task_id, key, lock=True))
    expect(period)
    return task, period


async def confirm(ctx: Context, task_id: UUID, key: str, step: PeriodStep, expect: Expect) -> tuple[Task, Period]:
    """Confirm what was reported of a period. Evidence of it that still waits is accepted with it."""
    return await _decide(ctx, task_id, key, step, expect, lambda period, _now, _terms: lifecycle.confirm(period))


async def send_back(ctx: Context, task_id: UUID, key: str, entry: PeriodReason, expect: Expect) -> tuple[Task, Period]:
    """Ask for more, with the reason: the report does not count."""
    return await _decide(ctx, task_id, key, entry, expect, lifecycle.send_back, entry.reason)


async def reopen(ctx: Context, task_id: UUID, key: str, entry: PeriodReason, expect: Expect) -> tuple[Task, Period]:
    """Take a report again after the period was locked or confirmed, with the reason."""
    return await _decide(ctx, task_id, key, entry, expect, lifecycle.reopen, entry.reason)


async def _decide(
    ctx: Context,
    task_id: UUID,
    key: str,
    step: PeriodStep,
    expect: Expect,
    decide: _Decide,
    reason: str | None = None,
) -> tuple[Task, Period]:
    task, period = await locked(ctx, task_id, key, expect)
    organisation_id = require_confirming_body(ctx, task)
    if task.status not in WORKING:
        raise TransitionNotAllowed(f"The task is {task.status}: nothing is decided on its periods any more.")
    occurred_at = ctx.fact_time(step.occurred_at, period.occurred_at)
    change = decide(record_of(period), occurred_at, task.programme.terms)
    if change.name == "confirmed":
        await accept_of_period(ctx, task, key, occurred_at, organisation_id)
    await record(ctx, period, change, occurred_at, PERIOD, reason=reason)
    return task, period
