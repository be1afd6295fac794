"""Who publishes sets of criteria. Everyone reads them."""

from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.common.web.access import Access, OrganisationRule
from sixclear.tasks.programme.models import Programme

PUBLIC = Access.public("By what bodies are assessed is published to everyone.")


def require_publishing_body(ctx: Context, programme: Programme) -> UUID:
    """The owner of the programme may; returns the caller's organisation."""
    return ctx.require_organisation(
        {programme.owner_organisation_id}, "publish criteria of the programme of another organisation"
    )


PUBLISHING = OrganisationRule("criteria_publisher", "the owner of the programme of the set", require_publishing_body)
PUBLISH = Access.scope("tasks:administer", organisation=PUBLISHING)
