"""Who comments on a task, and who answers: a body whose mandate names the task, and the bodies that answer for it."""

from uuid import UUID

from sixclear.common.use_case import Context, OrganisationNotAllowed
from sixclear.common.web.access import Access, OrganisationRule
from sixclear.tasks.organisation.service import briefs
from sixclear.tasks.task.access import NOT_SEEN, is_mandated, is_visible
from sixclear.tasks.task.errors import TaskNotFound
from sixclear.tasks.task.lifecycle import TaskState
from sixclear.tasks.task.mandate import OVERSEE
from sixclear.tasks.task.models import Task, state_of

PUBLIC = Access.public("What supervisors say of a task, and what they are answered, is published to everyone.")


async def require_overseer(ctx: Context, task: Task) -> UUID:
    """The caller's own body, which must be registered, where the mandate of its token names the task.

    Raises TaskNotFound for a task that it may not see, else OrganisationNotAllowed.
    """
    organisation_id = ctx.caller.own_organisation()
    if not await is_mandated(ctx.session, ctx.caller, task):
        if not is_visible(state_of(task), organisation_id):
            raise TaskNotFound(NOT_SEEN)
        raise OrganisationNotAllowed("Your token's mandate does not name this task: your body may not comment on it.")
    if organisation_id not in await briefs(ctx.session, [organisation_id]):
        raise OrganisationNotAllowed("Your organisation is not registered: a comment could not name it.")
    return organisation_id


def require_answering_body(ctx: Context, task: TaskState) -> UUID:
    """The lead and the assigning body may; returns the caller's organisation."""
    allowed = {task.lead_organisation_id, task.assigning_organisation_id}
    return ctx.require_organisation(allowed, "answer a comment on a task of other organisations")


OVERSEEING = OrganisationRule(
    "overseeing_body",
    "a body that comments under its own name, where the mandate of the token names the task",
    require_overseer,
)
ANSWERING = OrganisationRule("answering_body", "the lead or the assigning body of the task", require_answering_body)
COMMENT = Access.scope(OVERSEE, organisation=OVERSEEING)
ANSWER = Access.scope("tasks:report", "tasks:assign", organisation=ANSWERING)
