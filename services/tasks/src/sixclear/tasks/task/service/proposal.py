"""Open proposals: how many a body may have in a programme, and how one ends without an assignment."""

from uuid import UUID

from sixclear.common.db import wait_to_create
from sixclear.common.ids import stable_id
from sixclear.common.use_case import Context, Expect
from sixclear.tasks.task import lifecycle
from sixclear.tasks.task import repository as rows
from sixclear.tasks.task.access import require_proposing_body, require_refusing_body
from sixclear.tasks.task.errors import TooManyOpenProposals
from sixclear.tasks.task.models import Task, state_of
from sixclear.tasks.task.schemas import RefusalEntry, Step
from sixclear.tasks.task.service.find import locked
from sixclear.tasks.task.service.record import record_change


async def refuse(ctx: Context, task_id: UUID, entry: RefusalEntry, expect: Expect) -> Task:
    """Refuse a proposal, with the reason; the owner of the programme may."""
    task = await locked(ctx, task_id, expect)
    require_refusing_body(ctx, task)
    occurred_at = ctx.fact_time(entry.occurred_at, task.occurred_at)
    await record_change(ctx, task, lifecycle.refuse(state_of(task)), occurred_at, reason=entry.reason)
    return task


async def withdraw(ctx: Context, task_id: UUID, step: Step, expect: Expect) -> Task:
    """Take a proposal back; the body that made it may."""
    task = await locked(ctx, task_id, expect)
    require_proposing_body(ctx, task)
    occurred_at = ctx.fact_time(step.occurred_at, task.occurred_at)
    await record_change(ctx, task, lifecycle.withdraw_proposal(state_of(task)), occurred_at)
    return task


async def check_open(ctx: Context, task: Task, most: int) -> None:
    """Raises TooManyOpenProposals when the body that proposes this task has more than `most` open in its programme.

    The owner of the programme decides on them itself: it has as many as it likes.
    """
    made_by = task.proposed_by_organisation_id
    if made_by is None or made_by == task.programme.owner_organisation_id:
        return
    # Two requests at once would each count without the other's.
    await wait_to_create(ctx.session, stable_id("open proposals", str(task.programme.programme_id), str(made_by)))
    if await rows.count_open_proposals(ctx.session, task.programme.programme_id, made_by) > most:
        raise TooManyOpenProposals(f"At most {most} proposals of one body may be open in a programme of another body.")
