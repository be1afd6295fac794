"""Requests and responses about the whole case."""

from datetime import datetime

from pydantic import Field

from sixclear.common.web.references import Reference
from sixclear.common.web.schemas import Schema
from sixclear.feedback.answer.schemas import AnswerView
from sixclear.feedback.attachment.schemas import AttachmentView
from sixclear.feedback.fields import OccurredAt, Reason
from sixclear.feedback.mailbox.schemas import MessageView
from sixclear.feedback.organisation.schemas import OrganisationBrief
from sixclear.feedback.rating.schemas import RatingView
from sixclear.feedback.submission.schemas import ClockView, IdentityLevel, SenderKind, SubmissionSummary


class AssignmentEntry(Schema):
    """The body that must answer."""

    organisation_id: Reference = Field(description="Identifier or any code of the organisation.")
    reason: Reason | None = None
    occurred_at: OccurredAt = None


class SubmissionView(SubmissionSummary):
    """A submission with all that a handler works with. How to reach the sender is not here."""

    text: str
    sender_kind: SenderKind
    identity_level: IdentityLevel = "pseudonymous"
    consent: bool
    on_behalf_by: str | None
    sender_organisation: OrganisationBrief | None = Field(
        default=None, description="The body that sent it for itself; null of all others, and while it is not known."
    )
    points: list[str] = Field(
        default_factory=list, description="What such a body wants answered: an answer repeats and answers each."
    )
    contact_given: bool
    clock: ClockView
    messages: list[MessageView]
    files: list[AttachmentView] = Field(default_factory=list, description="Files that the sender added, oldest first.")
    answers: list[AnswerView]
    ratings: list[RatingView] = Field(
        default_factory=list, description="What the sender said of answers, oldest first."
    )
    occurred_at: datetime
    recorded_at: datetime
