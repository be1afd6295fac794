"""Who may see entries, and who may act on them."""

from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.common.web.access import Access, OrganisationRule
from sixclear.common.web.route_options import RouteOptions
from sixclear.data_catalog.entry.models import Entry

# A client with this scope keeps the catalogue for all organisations: it enters and moves entries for their owners.
_STEWARD = "catalog:approve"

PUBLIC = Access.public("Which data the state holds, who owns it and how far it is, is published to everyone.")

# Nothing that an answer shows needs a row in the access log.
ALL_PUBLIC = RouteOptions(recorded=False)


def is_steward(ctx: Context) -> bool:
    """Whether the caller keeps the catalogue for all organisations."""
    return _STEWARD in ctx.caller.scopes


def require_owner_or_steward(ctx: Context, owner_organisation_id: UUID, step: str) -> None:
    """Raises OrganisationNotAllowed for a caller that neither is of this organisation nor a steward."""
    if not is_steward(ctx):
        ctx.require_organisation({owner_organisation_id}, step)


def require_owner(ctx: Context, entry: Entry, step: str) -> UUID:
    """The caller's organisation, which must own the entry; raises OrganisationNotAllowed."""
    return ctx.require_organisation({entry.owner_organisation_id}, step)


OWNER_OR_STEWARD = OrganisationRule(
    "owner_or_steward", "the owner of the entry, or is a steward (scope `catalog:approve`)", require_owner_or_steward
)
OWNER = OrganisationRule("owner", "the owner of the entry", require_owner)
BEAT = Access.scope("catalog:heartbeat", organisation=OWNER)
