"""Who may see decisions, ask for one, and take one."""

from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.common.web.access import Access, OrganisationRule
from sixclear.tasks.decision.errors import DecisionByAsker, DecisionImpossible
from sixclear.tasks.decision.models import Decision, DecisionOverMany, value_of
from sixclear.tasks.organisation.service import get_organisation, is_led_by
from sixclear.tasks.task.access import ASSIGNING, LEAD, doers
from sixclear.tasks.task.models import Task, state_of

PUBLIC = Access.public("What was asked for on a task and what was decided is published to everyone.")


def require_asker(ctx: Context, task: Task) -> UUID:
    """The bodies that work on the task, the assigning body and the programme's owner may; returns the caller's."""
    allowed = {*doers(state_of(task)), task.assigning_organisation_id, task.programme.owner_organisation_id}
    return ctx.require_organisation(allowed, "ask for a decision on a task of other organisations")


def decides_alone(task: Task, organisation_id: UUID | None) -> bool:
    """Whether a body decides on its own request: it assigned the task, in a programme of its own work.

    Nobody above it gave that work, and no figure above it counts it. What another body assigned, or the country counts,
    or did, is decided by another body: else the owner would call its programme its own for the time of a decision.
    """
    owner = task.programme.owner_organisation_id
    return not task.programme.is_or_was_national and organisation_id == task.assigning_organisation_id == owner


async def check_decidable(ctx: Context, task: Task, asked_by: UUID) -> None:
    """Raises DecisionImpossible when no body could decide: the one that asks does not, unless it decides alone."""
    if decides_alone(task, asked_by):
        return
    if {task.assigning_organisation_id, task.programme.owner_organisation_id} - {asked_by}:
        return
    if (await get_organisation(ctx.session, str(task.assigning_organisation_id))).parent_id is None:
        raise DecisionImpossible("Your organisation assigned the task, and no body is above it.")


async def require_decider(ctx: Context, task: Task, asked_by: UUID) -> UUID:
    """The assigning body, the programme's owner and the bodies above the assigning one may; returns the caller's.

    Raises DecisionByAsker for the body that asked, unless it decides alone.
    """
    own = ctx.caller.organisation_id
    if own == asked_by and not decides_alone(task, own):
        raise DecisionByAsker
    allowed: set[UUID | None] = {task.assigning_organisation_id, task.programme.owner_organisation_id}
    if own is not None and own not in allowed and await is_led_by(ctx.session, task.assigning_organisation_id, own):
        return own
    return ctx.require_organisation(allowed, "decide on this task")


def require_asking_body(ctx: Context, decision: Decision) -> UUID:
    """The body may that asked."""
    return ctx.require_organisation({decision.asked_by_organisation_id}, "withdraw a request of another organisation")


def require_asking_whole(ctx: Context, whole: DecisionOverMany) -> UUID:
    """The body may that asked for the decision over many tasks."""
    return ctx.require_organisation({whole.asked_by_organisation_id}, "withdraw a request of another organisation")


def require_receiver(ctx: Context, decision: Decision) -> UUID:
    """The body may that a granted transfer names."""
    organisation_id = None if decision.decided is None else value_of(decision.decided).organisation
    return ctx.require_organisation({organisation_id}, "answer for the body that receives this task")


_ASKING = OrganisationRule(
    "asking_body", "a body that works on the task, its assigning body, or the owner of the programme", require_asker
)
_DECIDING = OrganisationRule(
    "deciding_body",
    "the assigning body of the task, the owner of the programme or a body above the assigning one, which did not ask; "
    "of its own programme's work, the owner that assigned it, also when it asked",
    require_decider,
)
_ASKED = OrganisationRule("body_that_asked", "the body that asked for the decision", require_asking_body)
ASK = Access.scope("tasks:report", "tasks:assign", organisation=_ASKING)
DECIDE = Access.scope("tasks:assign", organisation=_DECIDING)
_RECEIVING = OrganisationRule("receiving_body", "the body that the granted transfer names", require_receiver)
TAKE_OVER = Access.scope("tasks:report", organisation=_RECEIVING)
WITHDRAW = Access.scope("tasks:report", "tasks:assign", organisation=_ASKED)
ACCEPT = Access.scope("tasks:report", organisation=LEAD)
EXTEND = Access.scope("tasks:assign", organisation=ASSIGNING)
