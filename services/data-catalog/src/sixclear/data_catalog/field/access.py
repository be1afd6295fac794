"""Who describes fields, and who decides on their roles."""

from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.common.web.access import Access, OrganisationRule
from sixclear.data_catalog.entry.access import OWNER_OR_STEWARD, is_steward
from sixclear.data_catalog.field.errors import FieldDecisionByOwner


def require_decider(ctx: Context, keeper_organisation_id: UUID, owner_organisation_id: UUID) -> UUID:
    """The caller's organisation: it keeps the element or is a steward, and does not own the entry.

    Raises OrganisationNotAllowed, OrganisationRequired and FieldDecisionByOwner.
    """
    own = ctx.caller.own_organisation()
    if not is_steward(ctx):
        ctx.require_organisation({keeper_organisation_id}, "decide on fields of elements that another one keeps")
    if own == owner_organisation_id:
        raise FieldDecisionByOwner("Another body than the owner of the entry decides on its fields.")
    return own


DECIDER = OrganisationRule(
    "element_keeper",
    "the body that keeps the element, or is a steward (scope `catalog:approve`), and does not own the entry",
    require_decider,
)
DESCRIBE = Access.scope("catalog:write", "catalog:approve", organisation=OWNER_OR_STEWARD)
DECIDE = Access.scope("catalog:write", "catalog:approve", organisation=DECIDER)
