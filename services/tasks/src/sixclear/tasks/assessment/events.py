"""Events of assessments. Notes and evidence are read from the service: no event has the words of a person."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.events.catalogue import EntityEvents, EventData


class AnswerData(EventData):
    """What is said of one criterion: by the body itself, and by the body that verified it."""

    criterion: str
    self_points: float | None = Field(description="As the body said, also without evidence.")
    self_not_applicable: bool
    evidence: int = Field(description="How many pieces of evidence the body named; 0: its points count as 0.")
    answered: bool = Field(description="Whether the body answered it.")
    verified: bool = Field(description="Whether another body verified it.")
    verified_points: float | None
    verified_not_applicable: bool


class AssessmentData(EventData):
    """What a body answers to a set of criteria for a period, after a change. Instants are UTC."""

    change: str
    assessment_id: UUID
    criteria_id: UUID
    criteria: str = Field(description="The code of the set.")
    edition: int
    programme: str
    assigned_by: str = Field(description="The level of the programme's owner, which assesses.")
    organisation_id: UUID
    level: str = Field(description="Of the assessed body.")
    period: str
    state: Literal["open", "answered", "verified"]
    due_at: datetime | None = Field(description="What is recorded from here on is late; null: nothing is.")
    closes_at: datetime | None = Field(description="From here on an answer needs consent in writing; null: none does.")
    answered_at: datetime | None = Field(description="When the last change of its answers was recorded.")
    consent_document: str | None = Field(description="The number of the document by which a late answer was allowed.")
    verified_at: datetime | None
    verified_by_organisation_id: UUID | None
    answers: list[AnswerData]
    demonstration: bool


ASSESSMENT_EVENTS = EntityEvents(
    "assessment",
    "What bodies answer to sets of criteria, and what was verified of it.",
    AssessmentData,
    {
        "opened": "The body has an assessment for the period; it has not answered.",
        "answered": "The body answered, or changed its answers.",
        "consented": "The owner of the programme allowed in writing that it answers late.",
        "verified": "Another body verified answers.",
    },
)
