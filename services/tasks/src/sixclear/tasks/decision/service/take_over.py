"""A transfer counts when the receiving body accepts it; until then the former one is answerable."""

from typing import Any
from uuid import UUID

from sixclear.common.recording import record
from sixclear.common.use_case import Context, Expect
from sixclear.tasks.decision import effects, lifecycle
from sixclear.tasks.decision.access import require_receiver
from sixclear.tasks.decision.models import Decision, decision_state, value_of
from sixclear.tasks.decision.recording import DECISION
from sixclear.tasks.decision.schemas import Acceptance, Declination
from sixclear.tasks.decision.service.assignment import settle
from sixclear.tasks.decision.service.find import locked
from sixclear.tasks.decision.service.value import check_grantable, told_at
from sixclear.tasks.organisation.service import referenced
from sixclear.tasks.task import lifecycle as tasks
from sixclear.tasks.task.models import state_of
from sixclear.tasks.task.schemas import Position
from sixclear.tasks.task.service.describe import stored_position
from sixclear.tasks.task.service.record import record_change


async def accept(ctx: Context, decision_id: UUID, acceptance: Acceptance, expect: Expect) -> Decision:
    """Take over a task that was granted; the receiving body may. Accepted again it changes nothing.

    What hangs on the task and is open is told again in the same transaction, as that of the new body. Raises
    SixClearsMissing without a responsible position where the programme asks for all six clears.
    """
    decision, task = await locked(ctx, decision_id, expect)
    require_receiver(ctx, decision)
    if decision.state == "accepted":
        return decision
    occurred_at = ctx.fact_time(acceptance.occurred_at, max(decision.occurred_at, task.occurred_at))
    accepted = lifecycle.accept(decision_state(decision))
    assert decision.decided is not None, "what is granted has a value"
    value = value_of(decision.decided)
    with told_at("#", "What was granted cannot be carried out any more: "):
        await check_grantable(ctx, task, decision.kind, value, occurred_at)
    position = await _stored_position(ctx, acceptance.responsible_position)
    change = effects.transfer(state_of(task), value, position, occurred_at)
    tasks.check_clears(state_of(task).changed(change.fields), enforced=task.programme.six_clears_enforced)
    # First: it is closed, and stays with the body that was answerable.
    await record(ctx, decision, accepted, occurred_at, DECISION)
    await record_change(ctx, task, change, occurred_at, reason=decision.reason)
    return decision


async def decline(ctx: Context, decision_id: UUID, declination: Declination, expect: Expect) -> Decision:
    """Do not take over a task; the receiving body may, with the reason. Declined again it changes nothing."""
    decision, task = await locked(ctx, decision_id, expect)
    require_receiver(ctx, decision)
    if (decision.state, decision.decision_reason) == ("declined", declination.reason):
        return decision
    occurred_at = ctx.fact_time(declination.occurred_at, decision.occurred_at)
    change = lifecycle.decline(decision_state(decision), declination.reason)
    await record(ctx, decision, change, occurred_at, DECISION, reason=declination.reason)
    await settle(ctx, task, decision, occurred_at)
    return decision


async def _stored_position(ctx: Context, position: Position | None) -> dict[str, Any] | None:
    if position is None:
        return None
    pointer = "#/responsible_position/organisation"
    body = (await referenced(ctx.session, {pointer: position.organisation}, hold=True))[pointer]
    return stored_position(position, body.organisation_id)
