"""A directive that does not belong in a programme is taken out of it when no task names it."""

from uuid import UUID

from sixclear.common.use_case import Context, Expect
from sixclear.tasks.directive import service as directives
from sixclear.tasks.directive.access import require_withdrawing_body
from sixclear.tasks.directive.errors import DirectiveInUse
from sixclear.tasks.directive.schemas import DirectiveWithdrawal
from sixclear.tasks.task.service.find import count_naming


async def withdraw_directive(ctx: Context, directive_id: UUID, entry: DirectiveWithdrawal, expect: Expect) -> None:
    """Take a directive out of its programme; its history stays. Raises DirectiveInUse with the number of tasks.

    Its row is locked first, and a task holds the row that it is about to name: none comes to name a withdrawn one.
    """
    directive = await directives.locked(ctx, directive_id, expect)
    require_withdrawing_body(ctx, directive)
    naming = await count_naming(ctx, directive_id)
    if naming:
        raise DirectiveInUse(
            f"{naming} {'task names' if naming == 1 else 'tasks name'} it. Send each again with another directive or "
            "none; the programme's owner can refuse proposals."
        )
    await directives.withdraw(ctx, directive, entry)
