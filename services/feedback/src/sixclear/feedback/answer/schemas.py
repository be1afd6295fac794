"""Requests and responses about answers."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from sixclear.common.web.instants import Day, Instant
from sixclear.common.web.references import Reference
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Text
from sixclear.feedback.fields import Line, OccurredAt, Outcome, Reason, Step
from sixclear.feedback.organisation.schemas import OrganisationBrief

_MOST_POINTS, _MOST_STEPS = 50, 20


class Point(Schema):
    """One point of a submission, as the handler splits it, with its answer."""

    point: Reason
    answer: Text


class PromiseEntry(Schema):
    """A step that the answer promises."""

    words: Reason
    due_date: Day


class AnswerEntry(Schema):
    """An answer names decision, reason, legal basis, who is responsible, and when what it promises is done.

    Refused with `answer-says-nothing`: a template to which nothing was added, a point that is only repeated, an
    acceptance without a day, and `not_competent` for the benefit of another body, which is given the case instead.
    """

    outcome: Outcome
    reason: Text
    legal_basis: Line
    responsible_organisation_id: Reference = Field(description="Identifier or any code of the organisation.")
    next_date: Day | None = None
    text: Text
    points: Annotated[list[Point], Field(max_length=_MOST_POINTS)] = Field(
        default_factory=list, description="What the submission asks, point by point; empty: it is one matter."
    )
    steps: Annotated[list[PromiseEntry], Field(max_length=_MOST_STEPS)] = Field(
        default_factory=list, description="What is promised, each with its day; shown until it is done."
    )
    corrects: UUID | None = Field(
        default=None, description="The published answer that this one corrects; the sender can still read that one."
    )
    correction_reason: Reason | None = Field(default=None, description="Why; needed with `corrects`.")
    occurred_at: OccurredAt = None

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if (self.corrects is None) != (self.correction_reason is None):
            raise PydanticCustomError(
                "correction_reason", "A correction has `corrects` and `correction_reason`; an answer has neither"
            )
        return self


class Publication(Step):
    """When the answer goes out."""

    publish_at: Instant | None = Field(
        default=None, description="A time up to the due time at which it goes out; without it: now."
    )


class PromiseDone(Step):
    """That a promised step is done."""

    words: Reason | None = Field(default=None, description="What came of it; the sender reads it.")


class PromiseView(Schema):
    """A step that a published answer promises."""

    promise_id: UUID
    words: str
    due_date: date
    done_at: datetime | None
    done_words: str | None


class UnchangedView(Schema):
    """A sentence of the text that a template has too; from its first character up to the one after its last."""

    start: int
    end: int
    text: str
    template_id: UUID


class AnswerState(Schema):
    """That an answer was drafted."""

    answer_id: UUID
    submission_id: UUID
    outcome: Outcome
    drafted_by: str
    drafted_at: datetime
    version: int


class AnswerView(Schema):
    """An answer as handlers see it."""

    answer_id: UUID
    outcome: Outcome
    reason: str
    legal_basis: str
    responsible_organisation_id: UUID
    responsible_organisation: OrganisationBrief | None = Field(
        default=None, description="The responsible body by name; null while it is not known."
    )
    next_date: date | None
    text: str
    drafted_by: str
    drafted_at: datetime
    published_by: str | None
    published_at: datetime | None
    drafted_person: str | None = Field(default=None, description="The provider's name of the person who drafted it.")
    drafted_position: str | None = Field(default=None, description="The position from which it was drafted.")
    published_person: str | None = Field(
        default=None, description="The provider's name of the person who published it."
    )
    published_position: str | None = Field(default=None, description="The position from which it was published.")
    withdrawn_at: datetime | None = Field(description="When the case went to another body, which answers it.")
    points: list[Point] = Field(default_factory=list)
    steps: list[PromiseView] = Field(default_factory=list)
    unchanged: list[UnchangedView] = Field(
        default_factory=list, description="What a template left in `text` as it is: read it before you publish."
    )
    publish_at: datetime | None = Field(default=None, description="When it goes out, or went out by its schedule.")
    corrects: UUID | None = Field(default=None, description="The published answer that it corrects.")
    correction_reason: str | None = None


class PublishedAnswer(Schema):
    """The answer as the sender reads it."""

    outcome: Outcome
    reason: str
    legal_basis: str
    responsible_organisation_id: UUID
    responsible_organisation: OrganisationBrief | None = Field(
        default=None, description="The responsible body by name; null while it is not known."
    )
    next_date: date | None
    text: str
    published_at: datetime
    points: list[Point] = Field(default_factory=list)
    steps: list[PromiseView] = Field(default_factory=list)
    correction_reason: str | None = Field(default=None, description="Why it took the place of the answer before it.")
