"""Which bodies enter a document in a programme, describe it again and take it out. Everyone reads documents."""

from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.common.web.access import Access, OrganisationRule
from sixclear.tasks.document.models import Document
from sixclear.tasks.organisation.models import Organisation
from sixclear.tasks.programme.models import Programme

PUBLIC = Access.public("Documents are published to everyone; a classified one is not entered.")


def require_entering_body(ctx: Context, programme: Programme, issuer: Organisation, known: Document | None) -> None:
    """The owner of the programme may enter every document, and a body those that it issues itself.

    What is stored decides who describes a known one again.
    """
    owner = programme.owner_organisation_id
    ctx.require_organisation({owner, issuer.organisation_id}, "enter a document of this programme")
    if known is not None:
        require_keeping_body(ctx, known)


def require_keeping_body(ctx: Context, document: Document) -> None:
    """The owner of its programme may change a document, and the body that issues it."""
    allowed: set[UUID | None] = {document.programme.owner_organisation_id, document.issuer_organisation_id}
    ctx.require_organisation(allowed, "change a document of another organisation")


ENTERING = OrganisationRule(
    "document_owner_or_issuer", "the owner of the programme, or the issuer of the document", require_entering_body
)
KEEPING = OrganisationRule(
    "document_keeper", "the owner of the document's programme, or the issuer of the document", require_keeping_body
)
ENTER = Access.scope("tasks:administer", organisation=ENTERING)
KEEP = Access.scope("tasks:administer", organisation=KEEPING)
