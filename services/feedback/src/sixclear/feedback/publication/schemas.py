"""Requests and responses about public copies."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.references import Reference
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Text
from sixclear.feedback.field.schemas import FieldCode
from sixclear.feedback.fields import Line, Outcome, Reason
from sixclear.feedback.organisation.schemas import OrganisationBrief
from sixclear.feedback.public_clock.schemas import PublicClockView, PublicStepView
from sixclear.feedback.submission.schemas import Kind

Hindrance = Literal["sealed", "no_consent", "not_looked_into", "not_answered", "withdrawn"]
_CLOCK = "Null of a sealed initiative before its embargo ends, and where a release before told none."
_MOST_STEPS = 100
_PLACE = Field(default=None, description="The province or commune that it concerns; null where none was said.")


class Point(Schema):
    """One point of what was sent, and what the head answers to it."""

    point: Reason
    answer: Reason


class HeadAnswer(Schema):
    """The answer of the head of the body, point by point."""

    head: Line = Field(description="The office that answers, such as Minister of Science and Technology; no name.")
    points: list[Point] = Field(min_length=1, max_length=50)


class PublicationSummary(Schema):
    """A public copy as lists show it. Its identifier is random, and tells nothing of the case."""

    publication_id: UUID
    kind: Kind
    title: str
    field: str | None = Field(description="Code of a field that `/fields` lists; null where none was said.")
    place: OrganisationBrief | None = _PLACE
    organisation: OrganisationBrief | None = Field(default=None, description="The body that answers.")
    programme: str | None
    outcome: Outcome | None
    answered: bool = Field(description="Its answer is public.")
    published_on: date
    revised_on: date | None = Field(description="When a moderator last released other words or the answer.")
    demonstration: bool


class ListedPublication(PublicationSummary):
    """A public copy as the list of them shows it, with the clock of its case."""

    clock: PublicClockView | None = Field(default=None, description=_CLOCK)
    open_steps: int = Field(default=0, description="How many promised steps were not done at the start of the day.")


class PublicationView(PublicationSummary):
    """A public copy: title, text and answer as a moderator released them, without personal data."""

    text: str
    answer: str | None
    head_answer: HeadAnswer | None = Field(default=None, description="Where endorsements asked for it.")
    head_answered_on: date | None = None
    clock: PublicClockView | None = Field(default=None, description=_CLOCK)
    steps: list[PublicStepView] = Field(
        default_factory=list, description="What the answer promised, each step with its day, in their order."
    )


class StepWords(Schema):
    """A step that the answer promised, in the words that the public may read."""

    promise_id: UUID
    words: Reason


class ReleasedPublication(Schema):
    """That a public copy was released; no words, since answers are kept for retries."""

    publication_id: UUID
    version: int = Field(description="1, and one more with each release of other words.")


class FoundData(Schema):
    """How often something that looks like personal data was found in a text, and masked."""

    where: Literal["title", "text", "answer"]
    kind: Literal["email", "identity_number", "number_plate", "address", "phone", "number", "name"]
    times: int


class PublicationDraft(Schema):
    """What a moderator begins with: the words of the case with suggested masks.

    Names within a sentence are not found.
    """

    may_be_released: bool
    hindrance: Hindrance | None = Field(description="Why it may not; then no words are here.")
    title: str | None
    text: str | None
    answer: str | None = Field(description="The published answer; null without one.")
    steps: list[StepWords] = Field(
        default_factory=list, description="What the published answers promise, with suggested masks."
    )
    found: list[FoundData]
    released: PublicationView | None = Field(description="The public copy as it stands.")


class PublicationWithdrawal(Schema):
    """Why a moderator takes a public copy back."""

    why: Literal["personal_data", "mistake", "asked_for"]


class PublicationEntry(Schema):
    """The words that the public may read, as the moderator edited them."""

    title: Line
    text: Text
    answer: Annotated[
        Text | None, Field(default=None, description="Needed once the case is answered, and not before.")
    ] = None
    head_answer: HeadAnswer | None = Field(default=None, description="Beside the answer, where the head gives one.")
    steps: Annotated[list[StepWords], Field(max_length=_MOST_STEPS)] = Field(
        default_factory=list,
        description="Words for promised steps. One without is shown by its day, and whether it is done.",
    )
    field: FieldCode | None = Field(default=None, description="Left out: the field of the case.")
    place: Reference | None = Field(
        default=None, description="Identifier or any code of a province or commune. Left out: the place of the case."
    )
    left_on_purpose: bool = Field(
        default=False,
        description="What still looks like personal data is public, such as the telephone of an office.",
    )
