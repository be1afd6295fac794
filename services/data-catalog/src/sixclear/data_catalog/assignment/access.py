"""Who accepts an assignment, and who ends it."""

from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.common.web.access import OrganisationRule
from sixclear.data_catalog.assignment.models import Assignment
from sixclear.data_catalog.entry.access import is_steward
from sixclear.data_catalog.entry.models import Entry


def require_receiver(ctx: Context, assignment: Assignment) -> UUID:
    """The caller's organisation, which must be the one that is asked; raises OrganisationNotAllowed."""
    return ctx.require_organisation({assignment.organisation_id}, "answer for another organisation")


def require_party(ctx: Context, entry: Entry, assignment: Assignment) -> None:
    """Raises OrganisationNotAllowed for a caller that neither owns the entry, nor is asked, nor keeps the catalogue."""
    if not is_steward(ctx):
        parties: set[UUID | None] = {entry.owner_organisation_id, assignment.organisation_id}
        ctx.require_organisation(parties, "end an assignment of other organisations")


RECEIVER = OrganisationRule("receiver", "the body that is asked", require_receiver)
PARTY = OrganisationRule(
    "party",
    "the owner of the entry or the body that is asked, or is a steward (scope `catalog:approve`)",
    require_party,
)
