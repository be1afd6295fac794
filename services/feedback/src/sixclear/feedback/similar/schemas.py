"""Requests and responses about what is similar."""

from pydantic import Field

from sixclear.common.web.references import Reference
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Text
from sixclear.feedback.field.schemas import FieldCode
from sixclear.feedback.fields import Line
from sixclear.feedback.publication.schemas import PublicationSummary


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
    complete: bool = Field(description="False: the time for the search ran out, and nothing is known.")
