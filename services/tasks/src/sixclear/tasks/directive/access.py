"""Which bodies enter a directive in a programme, describe it again and take it out."""

from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.common.web.access import OrganisationRule
from sixclear.tasks.directive.models import Directive
from sixclear.tasks.organisation.models import Organisation
from sixclear.tasks.programme.models import Programme


def require_entering_body(ctx: Context, programme: Programme, issuer: Organisation, known: Directive | None) -> None:
    """The owner of the programme may enter every document, and a body those that it issued itself.

    What is stored decides who describes a known one again. One that the owner took out is the owner's to enter again.
    """
    owner = programme.owner_organisation_id
    ctx.require_organisation({owner, issuer.organisation_id}, "enter a directive of this programme")
    if known is None:
        return
    if known.withdrawn_at is None:
        stored: set[UUID | None] = {owner, known.issuer_organisation_id}
        ctx.require_organisation(stored, "change a directive of another organisation")
    elif known.withdrawn_by_organisation_id == owner:
        ctx.require_organisation({owner}, "enter a directive again that the programme's owner withdrew")


def require_withdrawing_body(ctx: Context, directive: Directive) -> None:
    """The owner of the programme may, and the body that issued the document."""
    allowed: set[UUID | None] = {directive.programme.owner_organisation_id, directive.issuer_organisation_id}
    ctx.require_organisation(allowed, "withdraw a directive of another organisation")


ENTERING = OrganisationRule(
    "owner_or_issuer", "the owner of the programme, or the issuer of the document", require_entering_body
)
WITHDRAWING = OrganisationRule(
    "directive_owner_or_issuer", "the owner of the programme, or the issuer of the document", require_withdrawing_body
)
