"""Who may see evidence, and who may decide on it: as its task is seen, and by a body that does not do the task."""

from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.common.web.access import Access, OrganisationRule
from sixclear.tasks.task.access import require_confirming_body
from sixclear.tasks.task.models import Task


def require_reviewer(ctx: Context, task: Task) -> UUID:
    """The bodies may that may confirm the task; raises ConfirmationByDoer for one that works on it."""
    return require_confirming_body(ctx, task)


REVIEWING = OrganisationRule(
    "reviewing_body",
    "the assigning body of the task or the owner of the programme, which does not work on the task",
    require_reviewer,
)
REVIEW = Access.scope("tasks:confirm", organisation=REVIEWING)
