"""Which bodies keep a line of money. Who sees the task sees its lines."""

from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.common.web.access import Access, OrganisationRule
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.task.models import Task

PUBLIC = Access.public("Money of public tasks and of programmes is published to everyone.")
# Stages that another body than the one that asks and spends decides.
DECIDED = frozenset({"appraised", "approved", "allocated"})


def require_keeping_body(
    ctx: Context, programme: Programme, task: Task | None, organisation_id: UUID | None, stage: str | None = None
) -> UUID:
    """The body whose money it is may open a line, and state what it requested and disbursed.

    The body that gave the task and the owner of the programme may state every stage. Raises OrganisationNotAllowed.
    """
    allowed: set[UUID | None] = {programme.owner_organisation_id}
    if task is not None:
        allowed.add(task.assigning_organisation_id)
    if stage not in DECIDED:
        allowed.add(organisation_id)
        if task is not None:
            allowed.add(task.lead_organisation_id)
    step = "keep this line of money" if stage not in DECIDED else f"state what was {stage}"
    return ctx.require_organisation(allowed, step)


KEEPING = OrganisationRule(
    "money_keeper",
    "the body whose money it is, the lead or the assigning body of the task, or the owner of the programme",
    require_keeping_body,
)
KEEP = Access.scope("tasks:report", "tasks:assign", organisation=KEEPING)
