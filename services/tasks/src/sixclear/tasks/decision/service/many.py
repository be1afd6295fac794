"""One decision over many tasks: asked once, decided once, read with what became of it at each task.

Neither step touches a task: a worker takes them to the tasks, in chunks (`apply.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from sixclear.common.caller import Caller
from sixclear.common.change import TransitionNotAllowed
from sixclear.common.clock import CLOSE_OF_DAY
from sixclear.common.errors import DomainError
from sixclear.common.use_case import Context, Expect, OrganisationNotAllowed
from sixclear.tasks.decision import effects, lifecycle
from sixclear.tasks.decision import parts as rows
from sixclear.tasks.decision.access import decides_alone, require_asker, require_asking_whole, require_decider
from sixclear.tasks.decision.effects import Value
from sixclear.tasks.decision.errors import DecisionInPreparation, DecisionNotFound, DecisionValueWrong
from sixclear.tasks.decision.lifecycle import DecisionState
from sixclear.tasks.decision.models import DecisionOverMany, DecisionPart, stored, value_of
from sixclear.tasks.decision.parts import PartFilter
from sixclear.tasks.decision.schemas import DecisionAnswer, DecisionOverManyEntry
from sixclear.tasks.decision.service.assignment import check_kind
from sixclear.tasks.decision.service.value import proposal_told, stated_value
from sixclear.tasks.organisation.service import hold
from sixclear.tasks.task.access import is_visible
from sixclear.tasks.task.deadlines import check_to_come
from sixclear.tasks.task.errors import TaskNotFound
from sixclear.tasks.task.models import Task, state_of
from sixclear.tasks.task.schemas import Step


async def ask(ctx: Context, entry: DecisionOverManyEntry) -> DecisionOverMany:
    """Ask for one decision over many tasks. Each task that cannot take it is named in the answer, later.

    Where all of them are work on which the body that asks decides alone, it is granted in the same act. Raises
    TaskNotFound or OrganisationNotAllowed where the caller's body may ask on none of them.
    """
    own = ctx.caller.own_organisation()
    # Where the body ends meanwhile, its successor asks.
    await hold(ctx.session, own, entry.organisation)
    value = await stated_value(ctx, entry, CLOSE_OF_DAY)
    effects.check_value(entry.kind, "", value)
    check_kind(entry)
    _check_to_come(ctx, value)
    asked_at = ctx.fact_time(entry.occurred_at, None)
    task_ids = sorted(set(entry.task_ids))
    named = await rows.tasks_named(ctx.session, task_ids)
    _check_one_askable(ctx, named)
    hidden = {task.task_id for task in named if task.classification != "public"}
    whole = DecisionOverMany(
        decision_id=ctx.new_id(),
        version=1,
        kind=entry.kind,
        state="asked",
        entry=entry.model_dump(mode="json", exclude={"task_ids", "occurred_at"}, exclude_none=True),
        proposed=stored(value),
        asker=kept_caller(ctx.caller),
        asked_by_organisation_id=own,
        asked_at=asked_at,
    )
    if not entry.objection and _decides_alone(ctx, named, own):
        _grant_alone(whole, own)
    ctx.session.add(whole)
    await ctx.session.flush()
    ctx.session.add_all(
        DecisionPart(whole_id=whole.decision_id, task_id=one, waits=True, hidden=one in hidden) for one in task_ids
    )
    await ctx.session.flush()
    return whole


async def decide(ctx: Context, decision_id: UUID, answer: DecisionAnswer, expect: Expect) -> DecisionOverMany:
    """Decide once over all tasks; a body that may decide on each task on which it could be asked for.

    The same answer again changes nothing. Raises as a decision on one task does, but for the tasks' states, and
    DecisionInPreparation while it is not known of all tasks whether they could take it.
    """
    if answer.organisation is not None:
        # Before the request's row: in the order in which the end of a body locks both.
        await hold(ctx.session, answer.organisation)
    whole = await _locked(ctx, decision_id, expect)
    task_ids = await rows.askable_tasks(ctx.session, decision_id)
    own = ctx.caller.own_organisation()
    if not task_ids:
        raise TransitionNotAllowed("None of the tasks could take what was asked.")
    await _require_decider(ctx, whole, await rows.tasks_named(ctx.session, task_ids))
    value = await _granted_value(ctx, whole, answer)
    kept = answer.model_dump(mode="json", exclude={"occurred_at"}, exclude_none=True)
    if (whole.answer, whole.decided_by_organisation_id) == (kept, own):
        return whole
    decided_at = ctx.fact_time(answer.occurred_at, whole.asked_at)
    state = DecisionState(whole.kind, whole.state, value_of(whole.proposed))
    if answer.outcome == "refused":
        change = lifecycle.refuse(state, answer.reason, own, decided_at)
    else:
        change = lifecycle.grant(state, value, answer.reason, own, decided_at)
        with proposal_told(answer.outcome):
            _check_to_come(ctx, value)
        whole.decided = stored(value)
    whole.answer, whole.decider = kept, kept_caller(ctx.caller)
    whole.decided_by_organisation_id, whole.decided_at = own, decided_at
    await _goes_on(ctx, whole, str(change.fields["state"]))
    return whole


async def withdraw(ctx: Context, decision_id: UUID, step: Step, expect: Expect) -> DecisionOverMany:
    """Take back what is not decided, on every task; the body that asked may."""
    whole = await _locked(ctx, decision_id, expect)
    require_asking_whole(ctx, whole)
    ctx.fact_time(step.occurred_at, whole.asked_at)
    change = lifecycle.take_back(DecisionState(whole.kind, whole.state, value_of(whole.proposed)))
    await _goes_on(ctx, whole, str(change.fields["state"]))
    return whole


async def get(ctx: Context, decision_id: UUID) -> PartFilter:
    """A decision over many tasks that the caller may see, and which of its parts; raises DecisionNotFound.

    Where it was asked for on a task that is restricted, or was then, only the bodies see it that asked or decided, or
    have a part in one of its tasks. Only those two read what became of it at every task.
    """
    whole = await rows.find_whole(ctx.session, decision_id)
    if whole is None:
        raise DecisionNotFound
    own = ctx.caller.organisation_id
    if own is not None and own in (whole.asked_by_organisation_id, whole.decided_by_organisation_id):
        return PartFilter(whole, own, everything=True)
    if not await rows.names_restricted(ctx.session, whole):
        return PartFilter(whole, own, everything=True)
    if own is None or not await rows.has_part_in(ctx.session, whole, own):
        raise DecisionNotFound
    return PartFilter(whole, own, everything=False)


async def parts_of(
    ctx: Context, told: PartFilter, outcome: str | None, after: UUID | None, limit: int
) -> tuple[Sequence[DecisionPart], Mapping[str, int]]:
    """What became of it at the tasks that the caller is told of, after one of them, and how many have each outcome.

    With `outcome` only those of that one; all are counted.
    """
    counted = await rows.count_parts(ctx.session, told)
    return await rows.list_parts(ctx.session, replace(told, outcome=outcome), after=after, limit=limit), counted


async def _locked(ctx: Context, decision_id: UUID, expect: Expect) -> DecisionOverMany:
    await get(ctx, decision_id)
    whole = await rows.find_whole(ctx.session, decision_id, lock=True)
    assert whole is not None, "decisions are never deleted"
    expect(whole)
    return whole


async def _goes_on(ctx: Context, whole: DecisionOverMany, state: str) -> None:
    whole.state, whole.version = state, whole.version + 1
    await rows.let_wait(ctx.session, whole.decision_id)


def _decides_alone(ctx: Context, tasks: Sequence[Task], own: UUID) -> bool:
    """Whether the body that asks decides alone on each of these tasks; those that it does not see are not there."""
    seen = [task for task in tasks if is_visible(state_of(task), own)]
    return "tasks:assign" in ctx.caller.scopes and all(decides_alone(task, own) for task in seen)


def _grant_alone(whole: DecisionOverMany, own: UUID) -> None:
    whole.state, whole.decided = "granted", whole.proposed
    whole.answer, whole.decider = {"outcome": "granted"}, whole.asker
    whole.decided_by_organisation_id, whole.decided_at = own, whole.asked_at


async def _require_decider(ctx: Context, whole: DecisionOverMany, tasks: Sequence[Task]) -> None:
    """The caller may decide on all of these tasks.

    On one that the request has not reached the body may have no part that asks: then the task is none of them, which is
    known when it is reached. Raises DecisionInPreparation where only such tasks stand against a body that may decide on
    others.
    """
    unreached = await rows.unreached_among(ctx.session, whole.decision_id)
    refusal: DomainError | None = None
    decides = 0
    for task in tasks:
        try:
            await require_decider(ctx, task, whole.asked_by_organisation_id)
            decides += 1
        except OrganisationNotAllowed as error:
            if task.task_id not in unreached:
                raise
            refusal = error
    if refusal is not None:
        raise DecisionInPreparation if decides else refusal


def _check_one_askable(ctx: Context, tasks: Sequence[Task]) -> None:
    refusal: DomainError = TaskNotFound("Your organisation sees none of these tasks.")
    for task in tasks:
        if not is_visible(state_of(task), ctx.caller.organisation_id):
            continue
        try:
            require_asker(ctx, task)
            return
        except DomainError as error:
            refusal = error
    raise refusal


async def _granted_value(ctx: Context, whole: DecisionOverMany, answer: DecisionAnswer) -> Value:
    proposed, stated = value_of(whole.proposed), await stated_value(ctx, answer, CLOSE_OF_DAY)
    if answer.outcome != "granted_otherwise":
        effects.check_no_value(stated)
        return proposed
    effects.check_value(whole.kind, "", stated)
    if stated == proposed:
        raise DecisionValueWrong("This is what was asked: grant it.")
    return stated


def _check_to_come(ctx: Context, value: Value) -> None:
    if value.deadline is not None:
        check_to_come(value.deadline, ctx.now, tells_past="facts:past" in ctx.caller.scopes)


def kept_caller(caller: Caller) -> dict[str, Any]:
    """Who asks or decides, as a column holds it; `caller_of` reads it."""
    organisation = None if caller.organisation_id is None else str(caller.organisation_id)
    return asdict(caller) | {"scopes": sorted(caller.scopes), "organisation_id": organisation}


def caller_of(kept: dict[str, Any]) -> Caller:
    """Who asked or decided; what it did is of an instant that is over when it reaches a task."""
    return Caller(
        kept["client_id"],
        organisation_id=UUID(kept["organisation_id"]),
        scopes=frozenset({*kept["scopes"], "facts:past"}),
        person=kept["person"],
        position=kept["position"],
    )
