"""Deciding on a request: what is granted happens to the task in the same transaction."""

from datetime import datetime
from operator import itemgetter
from uuid import UUID

from sixclear.common.change import Change
from sixclear.common.recording import record
from sixclear.common.use_case import Context, Expect
from sixclear.tasks.decision import effects, lifecycle
from sixclear.tasks.decision.access import require_decider
from sixclear.tasks.decision.effects import Value
from sixclear.tasks.decision.errors import DecisionValueWrong
from sixclear.tasks.decision.models import Decision, decision_state, stored, value_of
from sixclear.tasks.decision.recording import DECISION
from sixclear.tasks.decision.schemas import DecisionAnswer
from sixclear.tasks.decision.service.assignment import settle
from sixclear.tasks.decision.service.find import locked
from sixclear.tasks.decision.service.succeed import follow_reopened
from sixclear.tasks.decision.service.value import check_grantable, proposal_told, stated_value, told_at
from sixclear.tasks.task.models import Task, state_of
from sixclear.tasks.task.service.assign import assign_described
from sixclear.tasks.task.service.find import get_task, reported_percent
from sixclear.tasks.task.service.record import record_change


async def decide(
    ctx: Context, decision_id: UUID, answer: DecisionAnswer, expect: Expect, *, asks: bool = False
) -> Decision:
    """Grant or refuse a request; another body than the one that asked. The same answer again changes nothing.

    A transfer that is granted waits for the receiving body. `asks`: the request that grants holds the proposal, too, so
    a refusal names its fields. Raises DecisionByAsker, DecisionReasonMissing,
    DecisionValueWrong, and what the task's state does not allow.
    """
    decision, task = await locked(ctx, decision_id, expect, answer.replaced_by or ())
    own = await require_decider(ctx, task, decision.asked_by_organisation_id)
    value = await _granted_value(ctx, decision, task, answer)
    if _is_repeated(decision, answer, value, own):
        return decision
    occurred_at = ctx.fact_time(answer.occurred_at, max(decision.occurred_at, task.occurred_at))
    if answer.outcome == "refused":
        change = lifecycle.refuse(decision_state(decision), answer.reason, own, occurred_at)
        await record(ctx, decision, change, occurred_at, DECISION, reason=answer.reason)
        await settle(ctx, task, decision, occurred_at)
        return decision
    change = lifecycle.grant(decision_state(decision), value, answer.reason, own, occurred_at)
    with proposal_told(None if asks else answer.outcome):
        await check_grantable(ctx, task, decision.kind, value, occurred_at, lock=True)
    decision.former = stored(effects.former(state_of(task), decision.kind, task.work_group))
    decision.decided = stored(value)
    await record(ctx, decision, change, occurred_at, DECISION, reason=answer.reason)
    if decision.kind not in lifecycle.NEED_ACCEPTANCE:
        with proposal_told(None if asks else answer.outcome):
            await apply(ctx, task, decision, value, occurred_at)
    return decision


async def apply(ctx: Context, task: Task, decision: Decision, value: Value, occurred_at: datetime) -> None:
    """Do to the task what the decision grants."""
    percent = await reported_percent(ctx, task.task_id) if decision.kind == "reopening" else 0
    change = effects.effect(decision.kind, state_of(task), value, occurred_at, percent)
    reason = decision.decision_reason or decision.reason
    await record_change(ctx, task, change, occurred_at, reason=reason)
    if decision.kind == "reopening":
        await follow_reopened(ctx, task, occurred_at, reason)
    for place, task_id in sorted(enumerate(value.replaced_by or ()), key=itemgetter(1)):
        with told_at(f"#/replaced_by/{place}"):
            await _take_its_place(ctx, task, decision.kind, await get_task(ctx, task_id, lock=True), reason)


async def _take_its_place(ctx: Context, source: Task, kind: str, other: Task, reason: str) -> None:
    """Give what replaces a task its original deadline, and assign it where it is only proposed."""
    original = effects.original_deadline(kind, source.original_deadline, other.original_deadline)
    if other.status == "proposed":
        other.original_deadline = original
        await assign_described(ctx, other, None)
    elif original != other.original_deadline:
        changed_at = ctx.fact_time(None, other.occurred_at)
        await record_change(ctx, other, Change("updated", {"original_deadline": original}), changed_at, reason=reason)


async def _granted_value(ctx: Context, decision: Decision, task: Task, answer: DecisionAnswer) -> Value:
    proposed = value_of(decision.proposed)
    stated = await stated_value(ctx, answer, task.programme.terms.closes)
    if answer.outcome != "granted_otherwise":
        effects.check_no_value(stated)
        return proposed
    effects.check_value(decision.kind, task.kind, stated)
    if stated == proposed:
        raise DecisionValueWrong("This is what was asked: grant it.")
    return stated


def _is_repeated(decision: Decision, answer: DecisionAnswer, value: Value, own: UUID) -> bool:
    said = decision.state, decision.decided_by_organisation_id, decision.decision_reason
    same = said == (answer.outcome, own, answer.reason)
    return same and (decision.decided is None or value_of(decision.decided) == value)
