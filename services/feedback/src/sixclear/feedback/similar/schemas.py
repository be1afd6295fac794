"""Requests and responses about what is similar."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.references import Reference
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Text
from sixclear.feedback.field.schemas import FieldCode
from sixclear.feedback.fields import Line
from sixclear.feedback.publication.schemas import PublicationSummary
from sixclear.feedback.submission.schemas import Kind, Status


class SimilarQuestion(Schema):
    """What somebody is about to send. It is compared and forgotten."""

    title: Line | None = None
    text: Text = Field(description="Its beginning is compared where no title is given.")
    field: FieldCode | None = None
    place: Reference | None = Field(
        default=None, description="Only of this province or commune: its identifier or any of its codes."
    )


class SimilarPublication(PublicationSummary):
    """A public copy that is like what was asked for."""

    likeness: float = Field(ge=0, le=1, description="The share of its words that both have; 1 is the same title.")


class SimilarPublications(Schema):
    """Public copies of the last 18 months, answered ones first, the most alike first."""

    items: list[SimilarPublication] = Field(max_length=20)
    complete: bool = Field(description="False: there are many, and only the newest 2,000 were compared.")


class SimilarCase(Schema):
    """A case that the caller handles too, and that is like this one."""

    submission_id: UUID
    kind: Kind
    status: Status
    title: str | None = Field(description="Null where its keys are gone.")
    received_at: datetime
    likeness: float = Field(ge=0, le=1)
    same_words: bool = Field(description="Title and text are the same but for case, diacritics and blanks: a campaign.")
    decision: Literal["linked", "refused"] | None = Field(description="What was decided of both; null: nothing yet.")


class SimilarCases(Schema):
    """Cases to look at, copies first, then the most alike. A suggestion: nothing is linked by itself."""

    items: list[SimilarCase] = Field(max_length=120)
    compared: int = Field(description="With how many cases it was compared: 18 months, the same field and place.")
