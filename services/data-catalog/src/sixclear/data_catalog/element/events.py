"""What an element publishes: codes and names, never what a draft says or who wrote it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sixclear.common.events.catalogue import EntityEvents, EventData


class LegalData(EventData):
    """Where the law says so."""

    document: str
    article: str


class ElementData(EventData):
    """An element after a change, as its approved version says it. Instants are UTC."""

    change: str
    element_id: UUID
    code: str
    name_vi: str
    name_en: str | None
    type: Literal["string", "date", "timestamp", "time", "number", "integer", "boolean", "object", "array"]
    min_length: int | None
    max_length: int | None
    unit: str | None
    domain: Literal["person", "organisation", "asset", "cadastre", "address", "base_map", "other"]
    level: Literal["national", "sector"]
    code_list: str | None
    code_list_number: int | None
    personal: bool
    identifier: bool
    legal_basis: LegalData
    owner_organisation_id: UUID
    number: int
    approved_at: datetime
    demonstration: bool


class ElementWithdrawn(EventData):
    """All that is left of an element that counts no more, or is no longer public."""

    change: Literal["withdrawn"]
    element_id: UUID


ELEMENT_EVENTS = EntityEvents(
    "element",
    "Elements of the shared dictionary, by their approved versions.",
    ElementData,
    {
        "approved": "Its first version was approved, or a version after it had been withdrawn.",
        "superseded": "A newer version was approved and took the place of the one before.",
        "withdrawn": "It counts no more, or is no longer public: a last event carries only the identifier.",
    },
    withdrawal="withdrawn",
)
