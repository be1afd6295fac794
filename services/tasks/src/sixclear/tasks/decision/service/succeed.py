"""Open work of a body that was merged or closed goes to its successor: one decision over many tasks, taken at once.

It is decided when the body ends; a worker takes it to the tasks, in chunks (`apply.py`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.change import Change
from sixclear.common.recording import record
from sixclear.common.use_case import Context
from sixclear.tasks.decision import effects, lifecycle
from sixclear.tasks.decision import parts as rows
from sixclear.tasks.decision.effects import Value
from sixclear.tasks.decision.models import Decision, DecisionOverMany, DecisionPart, stored, value_of
from sixclear.tasks.decision.recording import DECISION
from sixclear.tasks.decision.repository import count_decisions, decisions_of
from sixclear.tasks.decision.schemas import DecisionEntry
from sixclear.tasks.decision.service.ask import new_decision
from sixclear.tasks.decision.service.many import kept_caller
from sixclear.tasks.organisation.service import Basis, successors
from sixclear.tasks.task import lifecycle as tasks
from sixclear.tasks.task.assignment import assignment_of
from sixclear.tasks.task.models import Task, state_of
from sixclear.tasks.task.service.children import RESTATED
from sixclear.tasks.task.service.describe import position_at
from sixclear.tasks.task.service.find import lock_task
from sixclear.tasks.task.service.record import record_change

# So many open tasks are listed with one transaction; a body may have a hundred thousand.
_AT_A_TIME = 500
_OVER = frozenset({"completed", "cancelled"})
_POSITIONS = ("leader_position", "responsible_position")


async def begin(ctx: Context, body_id: UUID, successor_id: UUID, basis: Basis) -> UUID | None:
    """Decide that the open work of a body that ends goes to its successor; the decision, None where there is no work.

    What the body has asked for is the successor's from now on. Its first tasks are listed here, the others by the
    worker: who writes of a body holds it, so nothing new names this one afterwards.
    """
    await rows.ask_in_the_name_of(ctx.session, body_id, successor_id)
    if not await has_open_work(ctx, body_id):
        return None
    own, value = ctx.caller.own_organisation(), stored(Value(organisation=successor_id))
    entry = DecisionEntry(kind="transfer", reason=basis.reason, document=basis.document, organisation=str(successor_id))
    whole = DecisionOverMany(
        decision_id=ctx.new_id(),
        version=1,
        kind="transfer",
        state="granted",
        entry=entry.model_dump(mode="json", exclude={"occurred_at"}, exclude_none=True),
        proposed=value,
        asker=kept_caller(ctx.caller),
        asked_by_organisation_id=own,
        asked_at=basis.occurred_at,
        decided=value,
        decider=kept_caller(ctx.caller),
        decided_by_organisation_id=own,
        decided_at=basis.occurred_at,
        ended_organisation_id=body_id,
    )
    ctx.session.add(whole)
    await ctx.session.flush()
    await list_more(ctx.session, whole)
    return whole.decision_id


async def list_more(session: AsyncSession, whole: DecisionOverMany) -> None:
    """Let the next open tasks of a body that has ended go to its successor; the decision is locked, or new."""
    former, _ = _moved(whole)
    tasks = await rows.open_tasks_of(session, former, whole.listed_to, _AT_A_TIME)
    await rows.add_moving(session, whole.decision_id, tasks)
    whole.listed_to = tasks[-1][0] if len(tasks) == _AT_A_TIME else None
    await session.flush()


async def move_again(
    ctx: Context, body_id: UUID, task_ids: Sequence[UUID] | None, organisation_id: UUID | None, decided_at: datetime
) -> UUID | None:
    """Let those tasks of a body that has ended go on at which it was refused; the decision, None where it had no work.

    With an organisation they go to that one, by a decision of this instant; else where the others went, with theirs.
    """
    decision_id = await decision_of(ctx, body_id)
    if decision_id is not None:
        await rows.move_again(ctx.session, decision_id, task_ids, organisation_id, decided_at)
    return decision_id


async def decision_of(ctx: Context, body_id: UUID) -> UUID | None:
    """The decision over the open work of a body that has ended; None where it had none."""
    return await rows.find_succession(ctx.session, body_id)


async def has_open_work(ctx: Context, body_id: UUID) -> bool:
    """Whether a body has a part in a task that is open, a request that is not decided, or work on its way to it."""
    expected = await rows.is_expected(ctx.session, body_id)
    return expected or bool(await rows.open_tasks_of(ctx.session, body_id, None, 1))


async def take_over(ctx: Context, whole: DecisionOverMany, part: DecisionPart) -> UUID | None:
    """Put the successor in the place of the former body in one task, and in what is open on it.

    The decision on the task, where it came into other hands. A task that has ended stays as it is.
    Raises ConfirmationImpossible where no other body could confirm the result then.
    """
    former, decided_at = _moved(whole)
    decided_at = part.decided_at or decided_at
    task = await lock_task(ctx, part.task_id)
    if task is None:
        return None
    # The last of a chain: the one that was named may have ended since.
    named = part.organisation_id or former
    successor = (await successors(ctx.session, [named])).get(named, named)
    occurred_at = max(decided_at, task.occurred_at)
    if task.status in _OVER:
        await _decisions_follow(ctx, task, former, successor, occurred_at)
        return None
    fields = _replaced(task, former, successor)
    if task.assigned_at is not None:
        tasks.check_confirmable(state_of(task).changed(fields), task.programme.owner_organisation_id)
    await _decisions_follow(ctx, task, former, successor, occurred_at)
    decision_id = None
    moved = "lead_organisation_id" in fields and task.assigned_at is not None
    if moved:
        decision_id = await _decided(ctx, whole, part, task, Value(organisation=successor), occurred_at)
    if fields:
        change = Change("transferred" if moved else "updated", fields | _answerable(task, fields, occurred_at))
        await record_change(ctx, task, change, occurred_at, reason=whole.entry["reason"])
    return decision_id


def _moved(whole: DecisionOverMany) -> tuple[UUID, datetime]:
    """From which body, and when it was decided."""
    assert whole.decided_at is not None, "it is decided"
    assert whole.ended_organisation_id is not None, "its parts move"
    return whole.ended_organisation_id, whole.decided_at


async def _decided(
    ctx: Context, whole: DecisionOverMany, part: DecisionPart, task: Task, value: Value, occurred_at: datetime
) -> UUID:
    """The decision on one task, asked, granted and accepted in one act; it stays with the former body."""
    entry = DecisionEntry.model_validate(whole.entry)
    known = await count_decisions(ctx.session, task.task_id)
    decision = new_decision(task, known, entry, value, whole.asked_by_organisation_id, occurred_at)
    decision.part_of, decision.decided = whole.decision_id, stored(value)
    decision.hidden = decision.hidden or part.hidden
    ctx.session.add(decision)
    change = lifecycle.succeed(whole.asked_by_organisation_id, occurred_at)
    await record(ctx, decision, change, occurred_at, DECISION, reason=entry.reason)
    return decision.decision_id


async def _decisions_follow(ctx: Context, task: Task, former: UUID, successor: UUID, occurred_at: datetime) -> None:
    """What is open on the task and names the former body names the successor; no body receives what it gives."""
    for decision in await decisions_of(ctx.session, task.task_id):
        if not decision.is_open:
            continue
        fields = _renamed(decision, former, successor)
        if not fields:
            continue
        if decision.organisation_id == former and task.status not in _OVER:
            fields["organisation_id"] = successor
        at = max(occurred_at, decision.occurred_at)
        await record(ctx, decision, Change(RESTATED, fields), at, DECISION)


def _renamed(decision: Decision, former: UUID, successor: UUID) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if decision.asked_by_organisation_id == former:
        fields["asked_by_organisation_id"] = successor
    for name in ("proposed", "decided"):
        column = getattr(decision, name)
        if column is not None and value_of(column).organisation == former:
            fields[name] = column | {"organisation": str(successor)}
    return fields


async def follow_reopened(ctx: Context, task: Task, occurred_at: datetime, reason: str) -> None:
    """A task that is open again, and that a body led, gave or worked on which has ended, is the successor's.

    Raises ConfirmationImpossible.
    """
    state = state_of(task)
    named = {state.lead_organisation_id, state.assigning_organisation_id, *state.coordinating_organisation_ids}
    for former, successor in (await successors(ctx.session, named)).items():
        fields = _replaced(task, former, successor)
        tasks.check_confirmable(state_of(task).changed(fields), task.programme.owner_organisation_id)
        await _decisions_follow(ctx, task, former, successor, occurred_at)
        name = "transferred" if "lead_organisation_id" in fields else "updated"
        change = Change(name, fields | _answerable(task, fields, occurred_at))
        await record_change(ctx, task, change, occurred_at, reason=reason)


def _answerable(task: Task, fields: dict[str, Any], at: datetime) -> dict[str, Any]:
    """What the former body had accepted, its successor is answerable for from now on; what waits, waits for it."""
    found = assignment_of(state_of(task), at) if "lead_organisation_id" in fields else None
    return {"accepted_at": at} if found is not None and found.state == "accepted" else {}


def _replaced(task: Task, former: UUID, successor: UUID) -> dict[str, Any]:
    return effects.succeed(state_of(task), former, successor) | _others(task, former, successor)


def _others(task: Task, former: UUID, successor: UUID) -> dict[str, Any]:
    """What rules do not read: positions go along, a proposal is that of the successor."""
    fields: dict[str, Any] = {}
    for name in _POSITIONS:
        position = getattr(task, name)
        if position is not None and position.get("organisation_id") == str(former):
            fields[name] = position_at(str(position["title"]), successor)
    if task.proposed_by_organisation_id == former:
        fields["proposed_by_organisation_id"] = successor
    return fields
