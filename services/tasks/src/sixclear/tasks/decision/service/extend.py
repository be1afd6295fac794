"""Extending the current deadline of a task in one act: asked and granted by the assigning body."""

from uuid import UUID

from sixclear.common.recording import record
from sixclear.common.use_case import Context, Expect
from sixclear.tasks.decision import lifecycle
from sixclear.tasks.decision import repository as rows
from sixclear.tasks.decision.effects import Value
from sixclear.tasks.decision.lifecycle import DecisionState
from sixclear.tasks.decision.models import stored
from sixclear.tasks.decision.recording import DECISION
from sixclear.tasks.decision.schemas import DecisionEntry
from sixclear.tasks.decision.service.ask import new_decision
from sixclear.tasks.decision.service.decide import apply
from sixclear.tasks.decision.service.value import check_grantable
from sixclear.tasks.task.access import require_assigning_body
from sixclear.tasks.task.deadlines import deadline_instant
from sixclear.tasks.task.lifecycle import may_repeat
from sixclear.tasks.task.models import Task, state_of
from sixclear.tasks.task.schemas import ExtensionEntry
from sixclear.tasks.task.service.find import locked


async def extend(ctx: Context, task_id: UUID, entry: ExtensionEntry, expect: Expect) -> Task:
    """Move the current deadline by a decision of the assigning body, with the reason (R8).

    The same decision with the same reason, with nothing since on that civil day, changes nothing. Raises
    DecisionValueWrong for an earlier deadline.
    """
    task = await locked(ctx, task_id, expect)
    own = require_assigning_body(ctx, state_of(task), "extend a task of another assigning body")
    value = Value(deadline=deadline_instant(entry.deadline, task.programme.terms.closes))
    if task.current_deadline == value.deadline and await _is_repeated(ctx, task, entry):
        return task
    occurred_at = ctx.fact_time(entry.occurred_at, task.occurred_at)
    await check_grantable(ctx, task, "extension", value, occurred_at)
    known = await rows.count_decisions(ctx.session, task_id)
    asked = DecisionEntry(kind="extension", reason=entry.reason, deadline=value.deadline)
    decision = new_decision(task, known, asked, value, own, occurred_at)
    decision.decided = stored(value)
    ctx.session.add(decision)
    change = lifecycle.grant(DecisionState("extension", "asked", value), value, None, own, occurred_at)
    await record(ctx, decision, change, occurred_at, DECISION, reason=entry.reason)
    await apply(ctx, task, decision, value, occurred_at)
    return task


async def _is_repeated(ctx: Context, task: Task, entry: ExtensionEntry) -> bool:
    """Whether the last change of the task is the extension that the entry asks for."""
    (last,) = await ctx.log.history(ctx.session, "task", task.task_id, limit=1)
    own = ctx.caller.own_organisation()
    told = last.change, last.meta.get("organisation_id"), last.meta.get("reason")
    return told == ("extended", str(own), entry.reason) and may_repeat(
        entry.occurred_at, last.occurred_at, last.recorded_at, ctx.now
    )
