"""Events of directives."""

from datetime import date
from uuid import UUID

from pydantic import Field

from sixclear.common.events.catalogue import EntityEvents, EventData


class DirectiveData(EventData):
    """A directive document (*văn bản giao nhiệm vụ*)."""

    change: str
    directive_id: UUID
    programme_id: UUID
    number: str
    issued_on: date
    issuer_organisation_id: UUID
    title: str
    clauses: list[str] | None = Field(default=None, description="The clauses that give work, in their order.")


DIRECTIVE_EVENTS = EntityEvents(
    "directive",
    "Documents that give tasks.",
    DirectiveData,
    {
        "registered": "The document was entered, or entered again after it was withdrawn.",
        "updated": "Its description changed.",
        "withdrawn": "The document was taken out of the programme; no task names it.",
    },
)
