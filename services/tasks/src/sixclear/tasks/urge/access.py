"""Who urges a task, who answers, and who keeps a ladder."""

from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.common.web.access import Access, OrganisationRule
from sixclear.tasks.organisation.service import is_led_by
from sixclear.tasks.task.access import LEAD
from sixclear.tasks.task.models import Task

PUBLIC = Access.public("That a task was urged, by which body, and whether it was answered is published to everyone.")
LADDER = Access.public("When a programme tells its tasks to whom is published to everyone.")


async def require_urging_body(ctx: Context, task: Task, kind: str) -> UUID:
    """The assigning body, the programme's owner and the bodies above the lead may; its own leader may remark.

    Returns the caller's organisation.
    """
    own, lead = ctx.caller.organisation_id, task.lead_organisation_id
    allowed: set[UUID | None] = {task.assigning_organisation_id, task.programme.owner_organisation_id}
    if own is None or own in allowed or lead is None or (own == lead and kind == "urging"):
        return ctx.require_organisation(allowed, "urge this task")
    if await is_led_by(ctx.session, lead, own):
        return own
    return ctx.require_organisation(allowed, "urge this task")


URGING = OrganisationRule(
    "urging_body",
    "the assigning body of the task, the owner of the programme or a body above the lead body; its leader may remark",
    require_urging_body,
)
URGE = Access.scope("tasks:assign", organisation=URGING)
ANSWER = Access.scope("tasks:report", organisation=LEAD)
KEEP_LADDER = Access.scope("tasks:administer", organisation="own")
