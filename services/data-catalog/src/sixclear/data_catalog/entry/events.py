"""What an entry publishes: organisations by identifier, never a person or the content of a document.

Of an entry that is not public nothing is published.
"""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.events.catalogue import EntityEvents, EventData


class ListingData(EventData):
    """The edition of a programme list in which an entry stands."""

    list: str
    edition: str


class RegistrationData(EventData):
    """How far the registration is; `missing_documents` counts what the dossier still lacks."""

    status: Literal["not_submitted", "draft", "submitted", "returned", "approved"]
    submitted_at: datetime | None
    missing_documents: int
    due: date | None = Field(default=None, description="By when it is to be approved.")


class HeartbeatData(EventData):
    """The promise and the last sign of life. Whether the entry is fresh follows from them and the time."""

    promised_period_seconds: int | None
    last_at: datetime | None


class EntryData(EventData):
    """An entry of the catalogue after a change. Instants are UTC."""

    change: str
    entry_id: UUID
    code: str
    name_vi: str
    name_en: str | None
    kind: Literal["database", "information_system", "dataset", "data_service"]
    owner_organisation_id: UUID
    lists: list[ListingData]
    deployment_stage: Literal[
        "not_deployed",
        "deploying_digitised_only",
        "deploying_foundation",
        "formed_centralised",
        "rebuild",
        "retire",
    ]
    risk: Literal["high", "none"]
    registration: RegistrationData
    heartbeat: HeartbeatData
    demonstration: bool
    deployment_due: date | None = Field(default=None, description="By when it is to be deployed.")
    classification: Literal["public", "state", "restricted"] | None = Field(
        default=None, description="Who may know of it. Of what is not `public` nothing is published."
    )


class EntryWithdrawn(EventData):
    """All that is left of an entry that is not public any more."""

    change: Literal["withdrawn"]
    entry_id: UUID


ENTRY_EVENTS = EntityEvents(
    "entry",
    "Databases, systems, datasets and data services with their two ladders and their last sign of life.",
    EntryData,
    {
        "registered": "The entry became known to the catalogue.",
        "updated": "Its description, owner or lists changed.",
        "owner_changed": "Another body owns it: one that accepted it, or that took the place of its owner.",
        "deployment_stage_changed": "It moved on the deployment ladder, or its risk changed.",
        "registration_submitted": "The owner handed in the dossier.",
        "registration_returned": "The dossier is incomplete: the missing documents were named.",
        "registration_approved": "Another body than the owner approved the registration.",
        "document_added": "A document was put into the dossier.",
        "document_removed": "A document was taken out of the dossier.",
        "heartbeat_received": "The running system gave a sign of life.",
        "withdrawn": "It is not public any more: a last event carries only its identifier.",
    },
    withdrawal="withdrawn",
)
