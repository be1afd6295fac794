"""Who reports an obstacle, lets it climb and settles it, and who reads one of which a task is restricted."""

from collections.abc import Sequence
from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.common.web.access import Access, OrganisationRule
from sixclear.tasks.obstacle.models import Obstacle
from sixclear.tasks.organisation.service import is_led_by
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.task.access import doers
from sixclear.tasks.task.lifecycle import TaskRecord

PUBLIC = Access.public("What holds work back, since when, and who is to decide is published to everyone.")


async def require_opener(ctx: Context, tasks: Sequence[TaskRecord], programme: Programme) -> UUID:
    """Who has a part in the first task, the programme's owner, and the bodies above the lead may.

    Of a programme alone: its owner, and the bodies below it.
    """
    own, owner = ctx.caller.organisation_id, programme.owner_organisation_id
    allowed: set[UUID | None] = {owner}
    if tasks:
        allowed |= doers(tasks[0]) | {tasks[0].assigning_organisation_id}
    if own is None or own in allowed:
        return ctx.require_organisation(allowed, "report an obstacle here")
    lead = tasks[0].lead_organisation_id if tasks else None
    if (lead is not None and await is_led_by(ctx.session, lead, own)) or (
        not tasks and await is_led_by(ctx.session, own, owner)
    ):
        return own
    return ctx.require_organisation(allowed, "report an obstacle here")


def require_escalator(ctx: Context, obstacle: Obstacle) -> UUID:
    """The body that it holds back, the one that reported it and the one that is to decide may."""
    allowed = {obstacle.organisation_id, obstacle.opened_by_organisation_id, obstacle.decider_organisation_id}
    # Who escalated it last says the same again: nothing changes by it.
    allowed |= {obstacle.escalated_by_organisation_id}
    return ctx.require_organisation(allowed, "let this obstacle climb")


async def require_settler(ctx: Context, obstacle: Obstacle, owner: UUID) -> UUID:
    """The body that is to decide, that which it holds back, the programme's owner and bodies above the decider may."""
    own, decider = ctx.caller.organisation_id, obstacle.decider_organisation_id
    allowed = {obstacle.organisation_id, decider, owner}
    if own is not None and own not in allowed and await is_led_by(ctx.session, decider, own):
        return own
    return ctx.require_organisation(allowed, "settle this obstacle")


def require_reopener(ctx: Context, obstacle: Obstacle, owner: UUID) -> UUID:
    """The body that it holds back, those that reported and settled it, and the programme's owner may."""
    allowed = {
        obstacle.organisation_id,
        obstacle.opened_by_organisation_id,
        obstacle.decider_organisation_id,
        obstacle.settled_by_organisation_id or owner,
        owner,
    }
    return ctx.require_organisation(allowed, "reopen this obstacle")


OPENING = OrganisationRule(
    "obstacle_reporter",
    "a body with a part in the first task, the owner of the programme or a body above the lead body; of a "
    "programme alone its owner or a body below it",
    require_opener,
)
ESCALATING = OrganisationRule(
    "obstacle_escalator",
    "the body that it holds back, the one that reported it or the one that is to decide",
    require_escalator,
)
SETTLING = OrganisationRule(
    "obstacle_settler",
    "the body that is to decide, a body above it, the one that it holds back or the owner of the programme",
    require_settler,
)
REOPENING = OrganisationRule(
    "obstacle_reopener",
    "the body that it holds back, one that reported or settled it, or the owner of the programme",
    require_reopener,
)
_SCOPES = ("tasks:report", "tasks:assign")
OPEN = Access.scope(*_SCOPES, organisation=OPENING)
ESCALATE = Access.scope(*_SCOPES, organisation=ESCALATING)
SETTLE = Access.scope(*_SCOPES, organisation=SETTLING)
REOPEN = Access.scope(*_SCOPES, organisation=REOPENING)
