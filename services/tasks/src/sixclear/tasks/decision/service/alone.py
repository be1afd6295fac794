"""A body decides alone on its own programme's work: what it asks for is granted in the same act."""

from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.tasks.decision.access import decides_alone
from sixclear.tasks.decision.models import Decision
from sixclear.tasks.decision.schemas import DecisionAnswer, DecisionEntry
from sixclear.tasks.decision.service.ask import ask_on
from sixclear.tasks.decision.service.decide import decide
from sixclear.tasks.task.service.find import get_task, lock_records


async def ask(ctx: Context, task_id: UUID, entry: DecisionEntry) -> tuple[Decision, bool]:
    """As `ask_on`; where the body decides alone and its client may decide, it is asked and granted in one act.

    What its client only asks for waits for another client of the body. Raises what a grant raises, too.
    """
    may_decide = "tasks:assign" in ctx.caller.scopes and not entry.objection
    if may_decide and entry.replaced_by:
        # In one order, as a decision locks them: two mergers into each other never deadlock.
        await lock_records(ctx, {task_id, *entry.replaced_by})
    task = await get_task(ctx, task_id, lock=True)
    decision, new = await ask_on(ctx, task, entry)
    if not new or not may_decide or not decides_alone(task, ctx.caller.organisation_id):
        return decision, new
    answer = DecisionAnswer(outcome="granted", occurred_at=entry.occurred_at)
    return await decide(ctx, decision.decision_id, answer, lambda _: None, asks=True), new
