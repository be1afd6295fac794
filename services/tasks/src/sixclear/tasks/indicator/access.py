"""Who registers indicators and sets their targets. Everyone reads them."""

from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.common.web.access import Access, OrganisationRule
from sixclear.tasks.programme.models import Programme

PUBLIC = Access.public("What is measured, and what is to be reached, is published to everyone.")


def require_defining_body(ctx: Context, programme: Programme) -> UUID:
    """The owner of the programme may; returns the caller's organisation."""
    return ctx.require_organisation(
        {programme.owner_organisation_id}, "describe indicators of the programme of another organisation"
    )


DEFINING = OrganisationRule("defining_body", "the owner of the programme of the indicator", require_defining_body)
DEFINE = Access.scope("tasks:administer", organisation=DEFINING)
