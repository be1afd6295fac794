"""Requests and responses about what a body sent for itself."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from sixclear.common.web.references import Reference
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Slug, Text
from sixclear.feedback.answer.schemas import PublishedAnswer
from sixclear.feedback.field.schemas import FieldCode
from sixclear.feedback.fields import Line, Outcome, Reason
from sixclear.feedback.organisation.schemas import OrganisationBrief
from sixclear.feedback.submission.schemas import DUE_PROVISIONAL, ClockState, Kind, Status, TurnedAwayKind

# An answer repeats each point: with more than that in all it would be too large for a request.
_MOST_POINTS, _MOST_CHARACTERS = 50, 20_000


def _not_too_long(points: list[str]) -> list[str]:
    if sum(len(point) for point in points) > _MOST_CHARACTERS:
        raise PydanticCustomError(
            "points_too_long", "All points together have at most {most} characters", {"most": _MOST_CHARACTERS}
        )
    return points


class OwnSubmissionEntry(Schema):
    """What a body sends for itself: its name stands with the case, so that no contact is asked for."""

    kind: Kind | TurnedAwayKind = Field(
        description="Complaints and denunciations are recognised and sent another way (422)."
    )
    title: Line
    text: Text
    points: Annotated[list[Reason], Field(max_length=_MOST_POINTS), AfterValidator(_not_too_long)] = Field(
        default_factory=list,
        description="What is to be answered one by one: no answer goes out that leaves one out. "
        f"{_MOST_CHARACTERS:,} characters at most in all.",
    )
    sender_kind: Literal["organisation", "commune", "enterprise"] = "organisation"
    programme: Slug | None = Field(
        default=None, description="Slug of the programme that it concerns, as a suggestion to the handler."
    )
    organisation_id: Reference | None = Field(
        default=None, description="The body that it is addressed to: its identifier or any of its codes."
    )
    field: FieldCode | None = None
    place: Reference | None = Field(
        default=None, description="The province or commune that it concerns: its identifier or any of its codes."
    )
    consent: bool = Field(
        default=False,
        description="Whether the body agrees that title, text and answer become public, as a moderator releases them.",
    )


class OwnSubmission(Schema):
    """Where something stands that the body sent for itself."""

    submission_id: UUID
    kind: Kind
    title: str | None = Field(description="Null where its text was erased.")
    status: Status
    outcome: Outcome | None
    received_at: datetime
    due_at: datetime
    due_provisional: bool = DUE_PROVISIONAL
    answered_at: datetime | None
    clock_state: ClockState
    addressed_organisation: OrganisationBrief | None = Field(
        description="The body that it is addressed to; null of none, and while it is not known."
    )
    organisation: OrganisationBrief | None = Field(
        description="The body that has it; null before it is assigned, and while it is not known."
    )


class PointState(Schema):
    """A point that was sent, with its answer; null before the answer is published."""

    point: str
    answer: str | None


class OwnSubmissionView(OwnSubmission):
    """All of it, with its answer point by point. Messages, rating and appeal are in the mailbox, by its code."""

    text: str
    points: list[PointState]
    answer: PublishedAnswer | None
