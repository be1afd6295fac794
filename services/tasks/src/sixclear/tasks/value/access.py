"""Who supplies values, who reviews them, who withdraws them. What is approved is read by everyone."""

from uuid import UUID

from sixclear.common.caller import Caller, InsufficientScope
from sixclear.common.use_case import Context, OrganisationNotAllowed
from sixclear.common.web.access import Access, OrganisationRule
from sixclear.tasks.organisation.service import is_led_by
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.value.errors import SameHands
from sixclear.tasks.value.lifecycle import Hands
from sixclear.tasks.value.models import Value

PUBLIC = Access.public("What was approved of indicators, and where it comes from, is published to everyone.")
_CONFIRM = "tasks:confirm"


def who(caller: Caller) -> str:
    """Who acts: the person where the provider names one, else the client. Kept beside the value, never published."""
    return caller.person or caller.client_id


def require_supplier(ctx: Context, organisation_id: UUID) -> UUID:
    """The body that the definition names as supplier may; returns the caller's organisation."""
    return ctx.require_organisation({organisation_id}, "supply this value: the indicator names another supplier")


def require_publisher(ctx: Context, programme: Programme) -> UUID:
    """The owner of the programme, with the scope to confirm, may give values that its document has approved."""
    if _CONFIRM not in ctx.caller.scopes:
        raise InsufficientScope(_CONFIRM)
    return ctx.require_organisation(
        {programme.owner_organisation_id}, "give approved values in the programme of another organisation"
    )


async def require_reviewer(ctx: Context, value: Value, owner_id: UUID, hands: Hands | None = None) -> UUID:
    """The owner of the programme may, and a body above the one that is measured; never the same hands.

    Raises OrganisationNotAllowed, SameHands.
    """
    own = ctx.caller.own_organisation()
    above = own != value.organisation_id and await is_led_by(ctx.session, value.organisation_id, own)
    if own != owner_id and not above:
        raise OrganisationNotAllowed("Your organisation may not review the values of this body.")
    if hands is not None and hands.holds(who(ctx.caller)):
        raise SameHands
    return own


SUPPLYING = OrganisationRule("supplying_body", "the body that the indicator names as supplier", require_supplier)
REVIEWING = OrganisationRule(
    "approving_body", "the owner of the programme, or a body above the one that is measured", require_reviewer
)
SUPPLY = Access.scope("tasks:report", organisation=SUPPLYING)
REVIEW = Access.scope(_CONFIRM, organisation=REVIEWING)
DECIDE_MANY = Access.scope("tasks:report", _CONFIRM, organisation=REVIEWING)
OWN = Access.scope("tasks:report", organisation="own")
