"""Which clauses of a directive have tasks."""

from collections import Counter
from uuid import UUID

from sixclear.common.keys import folded_key
from sixclear.common.use_case import Context
from sixclear.tasks.breakdown.schemas import ClauseList, ClauseView
from sixclear.tasks.directive.service import get_directive
from sixclear.tasks.task.service.find import count_by_clause


async def list_clauses(ctx: Context, directive_id: UUID) -> ClauseList:
    """The clauses of a directive with the tasks that the caller may see; raises DirectiveNotFound."""
    directive = await get_directive(ctx.session, directive_id)
    counts: Counter[str] = Counter()
    for clause, count in await count_by_clause(ctx, directive_id):
        counts["" if clause is None else folded_key(clause)] += count
    views = [ClauseView(clause=one, tasks=counts.pop(folded_key(one), 0)) for one in directive.clauses or []]
    return ClauseList(
        directive_id=directive_id,
        clauses=views,
        without_task=sum(not view.tasks for view in views),
        tasks_elsewhere=counts.total(),
    )
