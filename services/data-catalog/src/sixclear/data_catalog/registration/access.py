"""Who may decide on a registration."""

from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.common.web.access import OrganisationRule
from sixclear.data_catalog.entry.models import Entry
from sixclear.data_catalog.registration.errors import DecisionByOwner


def require_reviewer(ctx: Context, entry: Entry) -> UUID:
    """The caller's organisation, which neither owns the entry nor handed in its dossier: four eyes.

    Raises DecisionByOwner, and OrganisationRequired for a client without an organisation.
    """
    own = ctx.caller.own_organisation()
    if own in {entry.owner_organisation_id, entry.submitted_by_organisation_id}:
        raise DecisionByOwner("Another body than the owner and the submitter decides on a registration.")
    return own


REVIEWER = OrganisationRule(
    "reviewing_body", "a body that neither owns the entry nor submitted its dossier", require_reviewer
)
