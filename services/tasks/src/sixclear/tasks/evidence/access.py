"""Who may see evidence, and who may decide on it: as its task is seen, and by a body that does not do the task."""

from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.common.web.access import Access, OrganisationRule
from sixclear.tasks.task.access import doers, is_visible, require_confirming_body
from sixclear.tasks.task.models import Task, state_of


def named_reviewer(task: Task) -> UUID | None:
    """The body that the programme asks to decide on evidence first.

    None where it names none, or one that does the task or may not see it: the confirming body decides then.
    """
    named, state = task.programme.evidence_organisation_id, state_of(task)
    return None if named in doers(state) or not is_visible(state, named) else named


def require_reviewer(ctx: Context, task: Task, *, hidden: bool = False) -> UUID:
    """The body that the programme names may, else those that may confirm the task.

    Evidence that is `hidden` from the named one is for the others. Raises ConfirmationByDoer for a body that does the
    task.
    """
    named = named_reviewer(task)
    if named is None or hidden or ctx.caller.organisation_id in doers(state_of(task)):
        return require_confirming_body(ctx, task)
    return ctx.require_organisation({named}, "decide on evidence: the programme names another body")


def require_redactor(ctx: Context, task: Task) -> UUID:
    """The assigning body of the task and the owner of its programme may."""
    allowed: set[UUID | None] = {task.assigning_organisation_id, task.programme.owner_organisation_id}
    return ctx.require_organisation(allowed, "black out evidence of a task of other organisations")


REDACTING = OrganisationRule(
    "redacting_body", "the assigning body of the task or the owner of the programme", require_redactor
)
REDACT = Access.scope("tasks:confirm", organisation=REDACTING)
REVIEWING = OrganisationRule(
    "evidence_body",
    "the body that the programme names for evidence, else the assigning body of the task or the owner of the "
    "programme, which does not work on the task",
    require_reviewer,
)
REVIEW = Access.scope("tasks:confirm", organisation=REVIEWING)
