"""Tasks without movement: a body said of them once too often that nothing changed."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sixclear.common.recording import record_many
from sixclear.common.use_case import Context
from sixclear.tasks.task import repository as rows
from sixclear.tasks.task.models import Task, state_of
from sixclear.tasks.task.movement import stand_still as noted
from sixclear.tasks.task.recording import TASK


async def lock_public(ctx: Context, task_ids: Collection[UUID]) -> Sequence[Task]:
    """Those of these tasks that are public, their rows locked in one order until the transaction ends."""
    return await rows.lock_public(ctx.session, task_ids) if task_ids else ()


async def stand_still(ctx: Context, tasks: Collection[Task]) -> None:
    """Note of these locked tasks that they are without movement; of one that is known to be, nothing is written."""
    found = [(one, noted(state_of(one), one.unmoved_at, ctx.now)) for one in tasks]
    changes = [(one, change, ctx.fact_time(None, one.occurred_at)) for one, change in found if change is not None]
    await record_many(ctx, changes, TASK)
