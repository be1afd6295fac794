"""What a lead body says to what it was given: it accepts, or objects by a decision that it asks for.

An answer is written beside the task and moves no version of it.
"""

from datetime import datetime
from uuid import UUID

from sixclear.common.use_case import Context, Expect
from sixclear.tasks.decision import repository as rows
from sixclear.tasks.decision.errors import DecisionValueWrong
from sixclear.tasks.decision.models import Decision
from sixclear.tasks.decision.schemas import DecisionEntry
from sixclear.tasks.task.access import require_lead
from sixclear.tasks.task.assignment import assignment_of, check_waits
from sixclear.tasks.task.models import Task, state_of
from sixclear.tasks.task.schemas import Step
from sixclear.tasks.task.service.find import locked

# By these a body says what is to become of a task that it does not accept.
_OBJECTIONS = frozenset({"transfer", "cancellation"})


async def accept(ctx: Context, task_id: UUID, step: Step, expect: Expect) -> Task:
    """Accept a task; its lead body may, while its answer is waited for. What is accepted stays so."""
    task = await locked(ctx, task_id, expect)
    require_lead(ctx, state_of(task), "accept a task of another lead organisation")
    occurred_at = ctx.fact_time(step.occurred_at, task.assigned_at)
    found = assignment_of(state_of(task), occurred_at)
    if found is not None and found.state == "accepted":
        return task
    check_waits(state_of(task), occurred_at)
    await rows.answer_assignment(ctx.session, task, accepted_at=occurred_at)
    return task


def check_kind(entry: DecisionEntry) -> None:
    """Raises DecisionValueWrong for an objection that does not say which body is to have the task, or that none is."""
    if entry.objection and entry.kind not in _OBJECTIONS:
        raise DecisionValueWrong(
            "An objection asks for a transfer or a cancellation.",
            errors=[{"pointer": "#/objection", "code": "decision-value", "detail": "Leave it out with this kind."}],
        )


def check_objection(ctx: Context, task: Task, occurred_at: datetime) -> None:
    """Raises what forbids an objection: another body than the lead one, or that no answer is waited for."""
    require_lead(ctx, state_of(task), "object to the assignment of another lead organisation")
    check_waits(state_of(task), occurred_at)


async def object_to(ctx: Context, task: Task, occurred_at: datetime) -> None:
    """Note that the decision on an objection is open."""
    await rows.answer_assignment(ctx.session, task, objected_at=occurred_at)


async def settle(ctx: Context, task: Task, decision: Decision, occurred_at: datetime) -> None:
    """An objection that was refused, taken back or came to nothing leaves the task with its lead body: accepted."""
    if decision.objection:
        await rows.answer_assignment(ctx.session, task, accepted_at=occurred_at)
