"""Events of programmes."""

from typing import Any
from uuid import UUID

from pydantic import Field

from sixclear.common.events.catalogue import EntityEvents, EventData
from sixclear.tasks.fields import Reach


class ProgrammeData(EventData):
    """A programme (*chương trình*) of a resolution."""

    change: str
    programme_id: UUID
    slug: str
    name_vi: str
    name_en: str
    resolution: str
    source_vi: str | None
    source_en: str | None
    owner_organisation_id: UUID
    reach: Reach = Field(default="national", description="Whether its tasks are national, or its owner's own.")
    own_fields: list[dict[str, Any]] | None = Field(
        default=None, description="The public fields that it adds to its tasks, as the OpenAPI description has them."
    )
    work_groups: list[dict[str, Any]] | None = Field(
        default=None, description="Its groups of work and their parts, each with its code and labels."
    )
    obstacle_kinds: list[dict[str, Any]] | None = Field(
        default=None,
        description="The kinds of obstacles that it tells apart, as the OpenAPI description has them; null: default.",
    )
    demonstration: bool
    evidence_organisation_id: UUID | None = Field(
        default=None, description="The body that accepts evidence before a task is confirmed."
    )
    ladder: dict[str, Any] | None = Field(
        default=None,
        description="When its tasks are told to whom, as the OpenAPI description has it; null: by default.",
    )
    obligations: list[dict[str, Any]] | None = Field(
        default=None,
        description="Who reports on it how often, as the OpenAPI description has it; null: no body has to.",
    )


PROGRAMME_EVENTS = EntityEvents(
    "programme",
    "Programmes of a resolution.",
    ProgrammeData,
    {"registered": "The programme was opened.", "updated": "Its description changed."},
)
