"""Who excuses findings."""

from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.common.web.access import Access, OrganisationRule
from sixclear.data_catalog.finding.errors import ExcuseByOwner


def require_other_body(ctx: Context, organisation_id: UUID) -> UUID:
    """The caller's organisation, which is not the one that the finding is about; raises ExcuseByOwner."""
    own = ctx.caller.own_organisation()
    if own == organisation_id:
        raise ExcuseByOwner("Another body than the one that the finding is about excuses it.")
    return own


EXCUSER = OrganisationRule("another_body", "another body than the one that the finding is about", require_other_body)
EXCUSE = Access.scope("catalog:approve", organisation=EXCUSER)
