"""Requests and responses of the mailbox."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Text
from sixclear.feedback.answer.schemas import PublishedAnswer
from sixclear.feedback.appeal.schemas import AppealWay, OwnAppeal, ReopeningView
from sixclear.feedback.attachment.schemas import OwnAttachment
from sixclear.feedback.fields import OccurredAt, Outcome, Reason
from sixclear.feedback.identity.schemas import IdentityStep
from sixclear.feedback.notice.schemas import NoticeEntry, NoticeView
from sixclear.feedback.proposal.schemas import ProposalView
from sixclear.feedback.rating.schemas import RatingView, Score
from sixclear.feedback.retention.schemas import RetentionView
from sixclear.feedback.submission.schemas import (
    AccessView,
    ClockView,
    Contacts,
    ContactView,
    IdentityLevel,
    Kind,
    Status,
    Visibility,
)
from sixclear.feedback.transfer.schemas import TransferView
from sixclear.feedback.transparency.schemas import StatementView

Author = Literal["sender", "handler"]


class MailboxOpening(Schema):
    """A receipt code, as it was typed or copied from the receipt."""

    receipt_code: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class MailboxMessage(MailboxOpening):
    """A message from the sender."""

    text: Text


class IdentityEntry(MailboxOpening, Contacts):
    """Who the sender is and how to be reached; at least one of them. What is left out stays as it is."""


class IdentityState(Schema):
    """How well the sender can be known now; what was given is shown to nobody here."""

    identity_level: IdentityLevel


class ConsentEntry(MailboxOpening):
    """Whether title, text and answer may become public, without personal data."""

    consent: bool


class ConsentState(Schema):
    """What the sender agrees to now."""

    consent: bool
    publication_withdrawn: bool = Field(description="A public copy stood, and was taken back.")


class RatingEntry(MailboxOpening):
    """How far the answer helped, and why."""

    rating: Score
    words: Reason | None = None


class ReopeningEntry(MailboxOpening):
    """Why the answer does not do."""

    reason: Reason


class AppealEntry(MailboxOpening):
    """What the body above is to look at; against silence nothing needs to be said."""

    reason: Reason | None = None


class NoticeChange(MailboxOpening):
    """Where to tell of news from now on."""

    notice: NoticeEntry | None = Field(description="Null: tell of nothing more; the address is erased.")


class NoticeOffer(Schema):
    """Whether this installation sends mails that say that there is news."""

    offered: bool


class CaseStep(Schema):
    """Where a case stands after a step of its sender."""

    status: Status
    occurred_at: datetime = Field(description="Of an anonymous or sealed case: the start of the hour.")


class ErasureEntry(MailboxOpening):
    """What to erase."""

    what: Literal["contact", "case"] = Field(
        description="`contact`: name, e-mail and phone. `case`: all that was written, once it is answered or withdrawn;"
        " the receipt code opens it no longer."
    )


class ErasureState(Schema):
    """That it was erased: its keys are deleted."""

    what: Literal["contact", "case"]
    erased_at: datetime = Field(description="From then on nobody can read it in the running system.")
    backups_until: datetime = Field(description="From then on nobody can read it in any backup either.")


class NewCode(Schema):
    """The receipt code that opens the mailbox from now on; the one before opens nothing."""

    receipt_code: str
    code_changed_at: datetime


class HandlerMessage(Schema):
    """A message to the sender."""

    text: Text
    occurred_at: OccurredAt = None


class MessageView(Schema):
    """One message of a case."""

    author: Author
    text: str
    sent_at: datetime


class MessageState(Schema):
    """That a message was taken."""

    author: Author
    sent_at: datetime


class CaseView(Schema):
    """A case as its sender sees it."""

    submission_id: UUID
    kind: Kind
    title: str
    text: str
    suggested_programme: str | None
    programme: str | None
    visibility: Visibility
    consent: bool = Field(default=False, description="Whether title, text and answer may become public.")
    publication_id: UUID | None = Field(default=None, description="The public copy; null where none stands.")
    identity_level: IdentityLevel = "pseudonymous"
    status: Status
    outcome: Outcome | None
    organisation_id: UUID | None
    received_at: datetime
    due_at: datetime
    answered_at: datetime | None
    demonstration: bool
    code_changed_at: datetime | None = Field(
        default=None, description="When a new receipt code was last taken; null while the first one opens the mailbox."
    )
    clock: ClockView
    transfers: list[TransferView] = Field(
        default_factory=list, description="Bodies that were offered the case, newest first, and what they decided."
    )
    points: list[str] = Field(
        default_factory=list, description="Of what a body sent for itself: the points that it wants answered."
    )
    abstract: str | None = Field(default=None, description="Of a sealed initiative: what everyone may read of it.")
    embargo_until: date | None = Field(default=None, description="The day on which its embargo ends; null: never.")
    messages: list[MessageView]
    files: list[OwnAttachment] = Field(default_factory=list, description="Files that you added, oldest first.")
    answer: PublishedAnswer | None
    former_answers: list[PublishedAnswer] = Field(
        default_factory=list, description="Answers that were corrected, or given before the case was opened again."
    )
    rate_until: datetime | None = Field(
        default=None, description="Until when the answer can be rated; null when it cannot."
    )
    rating: RatingView | None = None
    rating_reminded_at: datetime | None = Field(
        default=None, description="When the sender was asked once more for a rating; there is no second time."
    )
    may_withdraw: bool = Field(default=False, description="Whether the case can be taken back: it is not answered.")
    proposal: ProposalView | None = Field(
        default=None, description="What came of the idea, as everyone reads it; null while nothing is public."
    )
    reopen_until: datetime | None = Field(
        default=None, description="Until when the case can be opened again, once; null when it cannot."
    )
    reopening: ReopeningView | None = None
    appeal: AppealWay | None = Field(default=None, description="The appeal that is open now; null where none is.")
    appeals: list[OwnAppeal] = Field(default_factory=list, description="Appeals that were taken, first level first.")
    message_due_at: datetime | None = Field(default=None, description="When your message is to have a word.")
    notice: NoticeView | None = None
    retention: RetentionView | None = Field(default=None, description="When the rest is erased by itself.")
    erasures: list[ErasureState] = Field(default=[], description="What you erased, and until when backups have it.")
    accesses: list[AccessView] = Field(description="Who read what is protected is logged; you see when.")
    identity_requests: list[IdentityStep] = Field(
        default_factory=list, description="Bodies that asked who you are, and what a custodian decided; newest first."
    )


class CaseCopy(Schema):
    """All that is held about a sender in one case, as of now."""

    made_at: datetime
    case: CaseView
    contact: ContactView = Field(description="Name, e-mail and phone as they were given.")
    statements: list[StatementView] = Field(description="What was stated, with its proofs; the newest hundred.")
