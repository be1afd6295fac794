"""Events of organisations."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.events.catalogue import EntityEvents, EventData


class OrganisationData(EventData):
    """An organisation as it is known now; earlier names and types stay in the event history."""

    change: str
    organisation_id: UUID
    code: str
    codes: list[str]
    level: Literal["central", "province", "commune", "department"]
    type: str
    name_vi: str
    name_en: str | None
    parent_id: UUID | None
    valid_from: date
    valid_to: date | None
    merged_into: UUID | None = Field(default=None, description="The organisation into which it was merged.")
    successor_id: UUID | None = Field(
        default=None, description="The organisation that has its open work and its codes since it was merged or closed."
    )


ORGANISATION_EVENTS = EntityEvents(
    "organisation",
    "Organisations with their codes, level and parent.",
    OrganisationData,
    {
        "registered": "The organisation became known.",
        "codes_added": "Units that were merged into it are known: their codes are among its own.",
        "renamed": "Name or type changed on a dated decision; the identifier stays.",
        "merged": "It was merged into another one, which has its open work and its codes; its past stays its own.",
        "upgraded": "Name, type, level or place in the tree changed by a decision; identifier and work stay.",
        "closed": "It is no more by a decision; where it names a successor, that one has its open work and its codes.",
    },
)
