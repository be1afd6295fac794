"""Asking for a decision, and taking the request back."""

from datetime import datetime
from uuid import UUID

from sixclear.common.change import Change
from sixclear.common.ids import stable_id
from sixclear.common.recording import record
from sixclear.common.use_case import Context, Expect
from sixclear.tasks.decision import effects, lifecycle
from sixclear.tasks.decision import repository as rows
from sixclear.tasks.decision.access import check_decidable, require_asker, require_asking_body
from sixclear.tasks.decision.effects import Value
from sixclear.tasks.decision.errors import DecisionOpen
from sixclear.tasks.decision.models import Decision, DecisionPart, decision_state, stored, value_of
from sixclear.tasks.decision.recording import DECISION
from sixclear.tasks.decision.schemas import DecisionEntry
from sixclear.tasks.decision.service import assignment
from sixclear.tasks.decision.service.find import locked
from sixclear.tasks.decision.service.value import check_grantable, stated_value
from sixclear.tasks.organisation.service import hold
from sixclear.tasks.task.access import is_concerned
from sixclear.tasks.task.models import Task, state_of
from sixclear.tasks.task.schemas import Step
from sixclear.tasks.task.service.children import dimensions
from sixclear.tasks.task.service.find import get_task


async def ask(
    ctx: Context, task_id: UUID, entry: DecisionEntry, part: DecisionPart | None = None
) -> tuple[Decision, bool]:
    """Ask for a decision on a task; the same request again, while it is open, is the same one (False).

    `part` is that of a decision over many tasks which is asked by it. Raises DecisionOpen beside another open one of
    the kind, DecisionImpossible where no other body could decide.
    """
    return await ask_on(ctx, await get_task(ctx, task_id, lock=True), entry, part)


async def ask_on(
    ctx: Context, task: Task, entry: DecisionEntry, part: DecisionPart | None = None
) -> tuple[Decision, bool]:
    """As `ask`, on a locked task."""
    own = require_asker(ctx, task)
    if not is_concerned(state_of(task), own):
        # The owner of the programme: where it ends meanwhile, its end finds what it asks.
        await hold(ctx.session, own, entry.organisation)
    value = await stated_value(ctx, entry, task.programme.terms.closes)
    effects.check_value(entry.kind, task.kind, value)
    assignment.check_kind(entry)
    known = await rows.decisions_of(ctx.session, task.task_id)
    if (found := next((one for one in known if one.is_open and one.kind == entry.kind), None)) is not None:
        asked_before = found.asked_by_organisation_id, found.reason, value_of(found.proposed), found.objection
        if asked_before == (own, entry.reason, value, entry.objection):
            return found, False
        raise DecisionOpen
    lifecycle.check_askable(state_of(task))
    occurred_at = ctx.fact_time(entry.occurred_at, task.assigned_at)
    if entry.objection:
        assignment.check_objection(ctx, task, occurred_at)
    await check_grantable(ctx, task, entry.kind, value, occurred_at)
    effects.check_later(state_of(task), entry.kind, value)
    await check_decidable(ctx, task, own)
    asked = new_decision(task, len(known), entry, value, own, occurred_at)
    if part is not None:
        asked.part_of, asked.hidden = part.whole_id, asked.hidden or part.hidden
    ctx.session.add(asked)
    await record(ctx, asked, Change("asked", {"state": "asked"}), occurred_at, DECISION, reason=entry.reason)
    if entry.objection:
        await assignment.object_to(ctx, task, occurred_at)
    return asked, True


async def withdraw(ctx: Context, decision_id: UUID, step: Step, expect: Expect) -> Decision:
    """Take a request back that is not decided; the body that asked may."""
    decision, task = await locked(ctx, decision_id, expect)
    require_asking_body(ctx, decision)
    occurred_at = ctx.fact_time(step.occurred_at, decision.occurred_at)
    await record(ctx, decision, lifecycle.take_back(decision_state(decision)), occurred_at, DECISION)
    await assignment.settle(ctx, task, decision, occurred_at)
    return decision


def new_decision(
    task: Task, known: int, entry: DecisionEntry, value: Value, asked_by: UUID, asked_at: datetime
) -> Decision:
    """A decision on a task that has so many; its row is not written yet."""
    programme = task.programme
    return Decision(
        decision_id=stable_id("decision", str(task.task_id), str(known + 1)),
        version=0,
        kind=entry.kind,
        reason=entry.reason,
        document=entry.document,
        former=stored(effects.former(state_of(task), entry.kind, task.work_group)),
        proposed=stored(value),
        asked_by_organisation_id=asked_by,
        asked_at=asked_at,
        asked_late=lifecycle.is_late(entry.kind, task.current_deadline, asked_at, programme.extension_notice_days),
        objection=entry.objection,
        hidden=task.classification != "public",
        decide_by=lifecycle.decide_by(asked_at, programme.decision_days),
        **dimensions(task),
    )
