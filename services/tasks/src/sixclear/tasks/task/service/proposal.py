"""Open proposals: how many a body may have in a programme, and how one ends without an assignment."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sixclear.common.db import wait_to_create
from sixclear.common.ids import stable_id
from sixclear.common.use_case import Context, Expect
from sixclear.tasks.task import lifecycle
from sixclear.tasks.task import repository as rows
from sixclear.tasks.task.access import (
    NOT_SEEN,
    is_visible,
    is_waiting_for,
    require_proposing_body,
    require_refusing_body,
)
from sixclear.tasks.task.errors import TaskNotFound, TooManyOpenProposals
from sixclear.tasks.task.models import Task, state_of
from sixclear.tasks.task.schemas import RefusalEntry, Step
from sixclear.tasks.task.service.find import locked
from sixclear.tasks.task.service.record import record_change


async def list_waiting(
    ctx: Context, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[tuple[Task, datetime]]:
    """The proposals that wait for the caller's organisation, restricted ones too, with when each came in."""
    return await rows.list_waiting(ctx.session, ctx.caller.own_organisation(), after=after, limit=limit)


async def refuse(ctx: Context, task_id: UUID, entry: RefusalEntry, expect: Expect) -> Task | None:
    """Refuse a proposal, with the reason; the owner of the programme may, also a restricted one that it does not read.

    None stands for the latter.
    """
    task = await rows.find_task(ctx.session, task_id, lock=True)
    own = ctx.caller.organisation_id
    if task is None or not (is_visible(state_of(task), own) or is_waiting_for(task, own)):
        raise TaskNotFound(NOT_SEEN)
    expect(task)
    require_refusing_body(ctx, task)
    occurred_at = ctx.fact_time(entry.occurred_at, task.occurred_at)
    await record_change(ctx, task, lifecycle.refuse(state_of(task)), occurred_at, reason=entry.reason)
    return task if is_visible(state_of(task), own) else None


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
    await wait_to_create(ctx.session, lock_of_open(task.programme.programme_id, made_by))
    if await rows.count_open_proposals(ctx.session, task.programme.programme_id, made_by) > most:
        raise TooManyOpenProposals(f"At most {most} proposals of one body may be open in a programme of another body.")


def lock_of_open(programme_id: UUID, made_by: UUID) -> UUID:
    """What is locked while the open proposals of a body in a programme are counted."""
    return stable_id("open proposals", str(programme_id), str(made_by))
