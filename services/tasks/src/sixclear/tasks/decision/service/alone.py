"""A body decides alone on its own programme's work: what it asks for is granted in the same act."""

from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.tasks.decision.access import decides_alone
from sixclear.tasks.decision.models import Decision, value_of
from sixclear.tasks.decision.repository import decisions_of
from sixclear.tasks.decision.schemas import DecisionAnswer, DecisionEntry
from sixclear.tasks.decision.service.ask import ask_on
from sixclear.tasks.decision.service.decide import decide
from sixclear.tasks.decision.service.value import stated_value
from sixclear.tasks.task.models import Task
from sixclear.tasks.task.service.find import get_task, lock_records


async def ask(ctx: Context, task_id: UUID, entry: DecisionEntry) -> tuple[Decision, bool]:
    """As `ask_on`; where the body decides alone and its client may decide, it is asked and granted in one act.

    What its client only asks for waits for another client of the body. What it decided last, sent again, is the same
    one (False) as long as nothing else happened to the task. Raises what a grant raises, too.
    """
    may_decide = "tasks:assign" in ctx.caller.scopes and not entry.objection
    if may_decide and entry.replaced_by:
        # In one order, as a decision locks them: two mergers into each other never deadlock.
        await lock_records(ctx, {task_id, *entry.replaced_by})
    task = await get_task(ctx, task_id, lock=True)
    may_decide = may_decide and decides_alone(task, ctx.caller.organisation_id)
    if may_decide and (decided := await _decided_so(ctx, task, entry)) is not None:
        return decided, False
    decision, new = await ask_on(ctx, task, entry)
    if not new or not may_decide:
        return decision, new
    answer = DecisionAnswer(outcome="granted", occurred_at=entry.occurred_at)
    return await decide(ctx, decision.decision_id, answer, lambda _: None, asks=True), new


async def _decided_so(ctx: Context, task: Task, entry: DecisionEntry) -> Decision | None:
    """The newest decision on the task, where the body took it alone, by these words, and nothing came after it."""
    newest = next(reversed(await decisions_of(ctx.session, task.task_id)), None)
    if newest is None or newest.state != "granted" or newest.decided_at != task.occurred_at:
        return None
    own = ctx.caller.organisation_id
    bodies = newest.asked_by_organisation_id, newest.decided_by_organisation_id
    said = newest.kind, newest.reason, newest.document
    if bodies != (own, own) or said != (entry.kind, entry.reason, entry.document):
        return None
    value = await stated_value(ctx, entry, task.programme.terms.closes)
    return newest if value_of(newest.proposed) == value else None
