"""Events of documents: positions and bodies, never a person; a link with its hash, never the text."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.events.catalogue import EntityEvents, EventData


class DocumentData(EventData):
    """A document (*văn bản*) after a change. Days are civil days (Asia/Ho_Chi_Minh)."""

    change: str
    document_id: UUID
    programme_id: UUID
    programme: str = Field(description="The slug of the programme.")
    assigned_by: Literal["central", "province", "commune"] = Field(description="The level at which its issuer acts.")
    organisation_id: UUID = Field(description="Its issuer, as the body by which it is counted.")
    demonstration: bool = False
    type: str = Field(
        description="`law`, `resolution`, `decree`, `decision`, `circular`, `directive`, `plan`, `local_document` or "
        "`other`; more may come."
    )
    number: str | None = Field(description="Null while the document is owed.")
    issued_on: date | None
    effective_on: date | None
    issuer_organisation_id: UUID
    signer_position: str | None
    subject: str
    url: str | None
    sha256: str | None
    directive_id: UUID | None
    clause: str | None
    details_id: UUID | None = Field(description="The document that it details.")
    due_on: date | None = Field(description="The day by which it is owed.")
    replaces: list[UUID]
    replaced_by_id: UUID | None
    replaced_on: date | None


DOCUMENT_EVENTS = EntityEvents(
    "document",
    "Documents of law and administration, issued or owed.",
    DocumentData,
    {
        "owed": "A document asks for it by a day; it was not issued yet.",
        "registered": "An issued document was entered.",
        "issued": "What was owed was issued: it has its number.",
        "updated": "Its description changed.",
        "replaced": "Another document replaces it.",
        "restored": "The other document does not replace it after all.",
        "withdrawn": "It was taken out; no evidence and no other document names it.",
    },
)
