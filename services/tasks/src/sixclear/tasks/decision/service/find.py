"""Finding decisions: one, one to be changed, and lists."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sixclear.common.use_case import Context, Expect
from sixclear.tasks.decision import repository as rows
from sixclear.tasks.decision.errors import DecisionNotFound
from sixclear.tasks.decision.models import Decision, value_of
from sixclear.tasks.decision.repository import Decider, DecisionFilter
from sixclear.tasks.organisation import service as organisations
from sixclear.tasks.programme.service import ids_owned_by
from sixclear.tasks.task.access import reads_whole
from sixclear.tasks.task.errors import TaskNotFound
from sixclear.tasks.task.models import Task
from sixclear.tasks.task.service.find import get_task, lock_records


async def get_decision(ctx: Context, decision_id: UUID) -> Decision:
    """A decision on a task that the caller may see; raises DecisionNotFound.

    What was said while the task was restricted stays with those who read the whole of it, also when it is public again.
    """
    decision = await rows.find_decision(ctx.session, decision_id)
    if decision is None:
        raise DecisionNotFound
    task = await _task_of(ctx, decision)
    own = ctx.caller.organisation_id
    is_offered = own is not None and own == decision.offered_to
    if decision.hidden and not is_offered and not await reads_whole(ctx.session, ctx.caller, task):
        raise DecisionNotFound
    return decision


async def locked(
    ctx: Context, decision_id: UUID, expect: Expect, named: Collection[UUID] = ()
) -> tuple[Decision, Task]:
    """The decision and its task, both rows locked until the transaction ends, the task's first.

    So are the tasks that it names to take its task's place, and those in `named`. Raises DecisionNotFound, then what
    `expect` raises.
    """
    found = await rows.find_decision(ctx.session, decision_id)
    if found is None:
        raise DecisionNotFound
    replacing = {*(value_of(found.proposed).replaced_by or ()), *named}
    if replacing:
        # In one order: two mergers into each other never deadlock.
        await lock_records(ctx, {found.task_id, *replacing})
    task = await _task_of(ctx, found, lock=True)
    decision = await rows.lock_decision(ctx.session, decision_id)
    assert decision is not None, "decisions are never deleted"
    expect(decision)
    decision.hidden = decision.hidden or task.classification != "public"
    return decision, task


async def list_decisions(
    ctx: Context,
    narrow: DecisionFilter,
    organisation: str | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
    *,
    newest_first: bool = False,
) -> tuple[Sequence[Decision], int | None]:
    """Decisions, the longest asked first or the last, and of one task how many there are.

    With an organisation, those on tasks that it is answerable for, or a body below it. Raises ReferenceUnknown for one
    that is not known.
    """
    if organisation is not None:
        named = await organisations.meant(ctx.session, "organisation", organisation)
        below = tuple(await organisations.list_subtree(ctx.session, named))
        narrow = replace(narrow, organisation_ids=below)
    found = await rows.list_decisions(ctx.session, narrow, after=after, limit=limit, newest_first=newest_first)
    return found, None if narrow.task_id is None else await rows.count_listed(ctx.session, narrow)


async def list_waiting(ctx: Context, most: int) -> Sequence[Decision]:
    """Requests that wait for the word of the caller's organisation, the longest asked first."""
    narrow = DecisionFilter(None, None, "asked", None, None, None, decider=await decider(ctx))
    return await rows.list_decisions(ctx.session, narrow, after=None, limit=most, newest_first=False)


async def decider(ctx: Context) -> Decider:
    """The caller's organisation as the body whose word requests wait for; one that has ended decides nothing below."""
    own, body = ctx.caller.own_organisation(), await organisations.of_caller(ctx)
    stands = body is not None and body.ended is None
    below = await organisations.list_subtree(ctx.session, own) if stands else ()
    return Decider(own, tuple(await ids_owned_by(ctx.session, own)), tuple(below))


async def _task_of(ctx: Context, decision: Decision, *, lock: bool = False) -> Task:
    try:
        return await get_task(ctx, decision.task_id, lock=lock, offered_to=decision.offered_to)
    except TaskNotFound:
        raise DecisionNotFound from None
