"""Who may see milestones, and who may act on them: as their task is seen, and by the bodies that plan and do it."""

from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.common.web.access import Access, OrganisationRule
from sixclear.tasks.task.lifecycle import TaskState

PUBLIC = Access.public("The parts of a task and what is reached of them are published to everyone.")


def require_planner(ctx: Context, task: TaskState, step: str) -> UUID:
    """The lead and the assigning body may; returns the caller's organisation."""
    return ctx.require_organisation({task.lead_organisation_id, task.assigning_organisation_id}, step)


PLANNING = OrganisationRule("planning_body", "the lead or the assigning body of the task", require_planner)
PLAN = Access.scope("tasks:report", "tasks:assign", organisation=PLANNING)
