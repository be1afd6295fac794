"""Requests and responses on assessments."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Key, Link, Slug, Text, line_of
from sixclear.tasks.fields import Line, OptionalReference, Points
from sixclear.tasks.organisation.schemas import OrganisationBrief

State = Literal["open", "answered", "verified"]
Number = Annotated[str, line_of(20)]
Period = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}(-[0-9]{2})?$"),
    Field(description="`2026-11` of a month, `2026` of a year."),
]
_NOT_RANKED = "Whether its scores may be compared in a ranking; those of a month never are."


class Consent(Schema):
    """That the owner of the programme allows a late answer in writing, for a reason that the body did not cause."""

    document: Key = Field(description="The number of the document.")
    document_id: UUID | None = Field(default=None, description="The same document in `/documents`, where it is there.")


class AssessmentEntry(Schema):
    """An assessment of a body for a period, by the newest edition of a set."""

    criteria: Slug = Field(description="The code of the set.")
    period: Period
    organisation: OptionalReference = Field(default=None, description="The assessed body. Default: your own.")
    consent: Consent | None = Field(default=None, description="Only the owner of the programme gives it.")


class Proof(Schema):
    """What proves an answer. Everyone reads it: name no person in it."""

    title: Line
    url: Link | None = None


class Said(Schema):
    """What is said of a criterion: its points, or that it does not apply."""

    criterion: Number
    points: Points | None = None
    not_applicable: bool = False
    note: Text | None = Field(default=None, description="Everyone reads it: name no person in it.")

    @model_validator(mode="after")
    def _one_of_both(self) -> "Said":
        if (self.points is None) != self.not_applicable:
            raise PydanticCustomError("points_or_not", "Give either `points`, or `not_applicable` as true")
        return self


class OwnAnswer(Said):
    """What the assessed body says of a criterion, with what proves it."""

    evidence: list[Proof] = Field(
        default_factory=list, max_length=20, description="Without evidence the points count as 0."
    )


class AnswersEntry(Schema):
    """What the assessed body answers. Criteria that are not named keep their answers."""

    answers: list[OwnAnswer] = Field(min_length=1, max_length=300)


class VerificationEntry(Schema):
    """What another body verifies. What the assessed body said stays beside it."""

    answers: list[Said] = Field(min_length=1, max_length=300)


class OwnView(Schema):
    """What the assessed body said."""

    points: Points | None
    not_applicable: bool
    note: str | None
    evidence: list[Proof]


class VerifiedView(Schema):
    """What another body verified."""

    points: Points | None
    not_applicable: bool
    note: str | None


class AnswerView(Schema):
    """A criterion with both: neither replaces the other."""

    criterion: str
    own: OwnView | None
    verified: VerifiedView | None


class ConsentView(Schema):
    """The document by which a late answer was allowed."""

    document: str
    document_id: UUID | None
    consented_at: datetime


class AssessmentView(Schema):
    """What a body answers to a set for a period. What is computed of it, and its total, monitoring says."""

    assessment_id: UUID
    criteria: str
    edition: int
    programme: str
    organisation: OrganisationBrief
    period: str
    state: State
    due_at: datetime | None = Field(description="What is recorded from here on is late; null: nothing is.")
    closes_at: datetime | None = Field(description="From here on an answer needs consent in writing; null: none does.")
    answered_at: datetime | None = Field(description="When the last change of the body's answers was recorded.")
    consent: ConsentView | None
    verified_at: datetime | None
    verified_by: OrganisationBrief | None
    answers: list[AnswerView]
    ranked: bool = Field(description=_NOT_RANKED)
    version: int
