"""Requests and responses about submissions."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from sixclear.common.web.calendar import SpecialDayView
from sixclear.common.web.instants import Day
from sixclear.common.web.references import Reference
from sixclear.common.web.schemas import NOT_REACHED, Schema
from sixclear.common.web.texts import Slug, Text, lines_of
from sixclear.feedback.field.schemas import FieldCode
from sixclear.feedback.fields import Line, OccurredAt, Outcome, Reason
from sixclear.feedback.notice.schemas import Email, NoticeEntry
from sixclear.feedback.organisation.schemas import OrganisationBrief
from sixclear.feedback.typed import read_phone


def _phone(given: str) -> str:
    number = read_phone(given)
    if number is None:
        raise PydanticCustomError(
            "phone_unreadable",
            "Write a telephone number of 3 to 15 digits, such as 0912 345 678, (024) 3826 1234 or "
            "+84 24 3826 1234 ext. 12",
        )
    return number


Phone = Annotated[
    str,
    StringConstraints(min_length=1, max_length=80),
    AfterValidator(_phone),
    Field(description="A telephone number, as people write it, with its extension; kept in plain characters."),
]
Abstract = Annotated[str, lines_of(2_000)]
Kind = Literal["feedback", "recommendation", "initiative", "solution"]
TurnedAwayKind = Literal["complaint", "denunciation"]
SenderKind = Literal["citizen", "scientist", "enterprise", "organisation", "commune", "overseas"]
Visibility = Literal["requester", "public", "sealed"]
Status = Literal["received", "triaged", "assigned", "in_review", "answered", "withdrawn"]
IdentityLevel = Annotated[
    Literal["verified", "named", "pseudonymous", "anonymous"],
    Field(
        description="Of an anonymous sender only the hour of each step is kept. No step leads to `verified` yet.",
        json_schema_extra={NOT_REACHED: ["verified"]},
    ),
]
ClockState = Literal["in_time", "due_soon", "overdue", "answered"]


DUE_PROVISIONAL = Field(
    default=False, description="The due time may move: the holidays of a year in its term are not all known yet."
)


class Contacts(Schema):
    """Who a sender is and how to be reached, as far as it is given."""

    name: Line | None = None
    email: Email | None = None
    phone: Phone | None = None


class Sender(Contacts):
    """Who sends. Name, e-mail and phone are kept apart from the case; handlers read them only with a stated reason."""

    kind: SenderKind = "citizen"


class SubmissionEntry(Schema):
    """What a sender sends."""

    kind: Kind | TurnedAwayKind = Field(
        description="Complaints and denunciations are recognised and sent another way (422)."
    )
    title: Line
    text: Text
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
    visibility: Visibility = Field(
        default="requester",
        description="`sealed` is for initiatives only. What becomes public of others, `consent` says.",
    )
    abstract: Abstract | None = Field(
        default=None,
        description="With `sealed`: what everyone may read of it, in the author's own words, with `consent` and once a"
        " moderator released it. Nothing else is public until the embargo ends.",
    )
    embargo_until: Day | None = Field(
        default=None,
        description="With `sealed`: the day on which the embargo ends, up to ten years ahead. Left out: never.",
    )
    sender: Sender = Field(default_factory=Sender)
    identity_level: Literal["anonymous"] | None = Field(
        default=None,
        description="`anonymous`: only the hour of each step is kept and published, two hours later at most; no contact"
        " is taken. Without it: named with a name, else pseudonymous.",
    )
    notice: NoticeEntry | None = Field(
        default=None,
        description="Where to tell of news, if anywhere; an anonymous sender may give it too. `/mailbox/notice` changes"
        " it.",
    )
    consent: bool = Field(
        default=False,
        description="Whether the sender agrees that title, text and answer become public, as a moderator releases them"
        " without personal data. `/mailbox/consent` changes it.",
    )


class SubmissionOnBehalf(SubmissionEntry):
    """What a desk enters for a person who came, called or wrote."""

    demonstration: bool = Field(default=False, description="A generated record, marked as such everywhere.")
    occurred_at: OccurredAt = None


class PauseView(Schema):
    """A time in which the clock stood still."""

    from_at: datetime
    to_at: datetime | None = Field(description="Null while it stands still.")
    reason: str = Field(description="`completion`: the sender was asked for what lacks.")
    until_at: datetime | None = Field(default=None, description="When it ends at the latest.")
    working_days: int | None = Field(default=None, description="How many the sender was given.")
    ended_by: Literal["sender", "handler", "time", "answer"] | None = None


class ClockLine(Schema):
    """One line of the explanation; from `received` or `transferred` to the next `due` the days add up."""

    what: Literal["received", "answer", "moved", "stopped", "not_worked", "due", "transferred"]
    day: date
    until: date | None = None
    days: int = Field(description="Working days; of `not_worked` days off.")
    term: str | None = Field(default=None, description="The rule that it follows.")
    mark: Literal["law", "proposal"] | None = Field(default=None, description="Whether the rule is law or ours.")
    basis: str | None = None
    text_vi: str
    text_en: str


class ClockView(Schema):
    """When the answer is due, and why then."""

    started_at: datetime
    working_days: int
    due_at: datetime
    due_soon_at: datetime
    state: ClockState
    rule_vi: str
    rule_en: str
    calendar_edition: str
    special_days: list[SpecialDayView]
    pauses: list[PauseView]
    provisional: bool = Field(description="The term reaches into a year whose holidays are not all known yet.")
    first_due_at: datetime | None = Field(
        default=None,
        description="The due time that was told at receipt and never changes; null while `due_at` is the same.",
    )
    body_due_at: datetime | None = Field(
        default=None,
        description="When the body that has the case must answer. It starts again with an accepted transfer to a body"
        " outside the former one's; the sender's `due_at` does not.",
    )
    body_started_at: datetime | None = None
    paused_since: datetime | None = Field(
        default=None, description="Both clocks stand still since then; `due_at` is the latest that it can be."
    )
    pause_days_left: int | None = Field(default=None, description="Working days that the clock may still stand.")
    long_overdue_at: datetime | None = None
    lines: list[ClockLine] = Field(default_factory=list, description="How the due times were counted, step by step.")


class SubmissionReceipt(Schema):
    """What the sender gets. A person who has the code can open the mailbox."""

    receipt_code: str
    submission_id: UUID
    received_at: datetime
    due_at: datetime
    due_soon_at: datetime
    due_provisional: bool = DUE_PROVISIONAL
    rule_vi: str
    rule_en: str
    statement: str | None = Field(
        default=None,
        description="What was stated of the receipt (C2SP signed note); null until it is signed, some seconds after"
        " the first answer. `/mailbox/statements` has it with its proof.",
    )
    salt: str | None = Field(default=None, description="Base 64; the entry of the log is HMAC-SHA-256(salt, text).")
    held: bool = Field(
        default=False,
        description="Sent without work while work was asked for: a person looks at it first, within one working day."
        " False once that is over.",
    )


class SilenceFigure(Schema):
    """How often the public log says of a body that no answer came by the due time."""

    organisation_id: UUID
    no_answers: int = Field(description="One for each case and due time, sealed initiatives apart.")


class AccessView(Schema):
    """That a handler read protected data of this case."""

    what: Literal["contact", "sealed_text", "file"]
    read_at: datetime
    organisation: OrganisationBrief | None = Field(
        default=None, description="The body for which it was read; null of an expert of none, and while not known."
    )


class SubmissionState(Schema):
    """Where a submission stands; nothing of what was written."""

    submission_id: UUID
    kind: Kind
    status: Status
    outcome: Outcome | None
    visibility: Visibility
    suggested_programme: str | None = Field(description="What the sender wrote; no one checked it.")
    programme: str | None = Field(description="What a handler says; published.")
    field: str | None = Field(default=None, description="What it is about: the code of a field that `/fields` lists.")
    place_id: UUID | None = Field(default=None, description="The province or commune that it concerns.")
    addressed_organisation_id: UUID | None
    organisation_id: UUID | None
    received_at: datetime
    due_at: datetime
    due_soon_at: datetime
    due_provisional: bool = DUE_PROVISIONAL
    answered_at: datetime | None
    clock_state: ClockState
    messages_count: int
    sender_wrote_last: bool = Field(default=False, description="A handler's word is waited for, also after the answer.")
    message_due_at: datetime | None = Field(
        default=None,
        description="When the sender's message is to have a word; null while none waits.",
    )
    demonstration: bool
    version: int


class SubmissionSummary(SubmissionState):
    """A submission as lists show it; the title of a sealed one is null."""

    title: str | None
    held_until: datetime | None = Field(
        default=None, description="Held as possible spam until then, unless a person looks at it before; for the hub."
    )
    addressed_organisation: OrganisationBrief | None = Field(
        default=None, description="The body that it is addressed to, by name; null while it is not known."
    )
    organisation: OrganisationBrief | None = Field(
        default=None, description="The body that it is assigned to, by name; null while it is not known."
    )


class ContactRequest(Schema):
    """Why a handler needs to know how to reach the sender; written to the access log."""

    reason: Reason


class ContactView(Schema):
    """How the sender can be reached; null where nothing was given."""

    name: str | None
    email: str | None
    phone: str | None


class ReleaseEntry(Schema):
    """Nothing needs to be said: a person looked at it."""


class TriageEntry(Schema):
    """What it is, what about and where, and which programme it concerns; left out: as it is.

    A suggestion of a programme counts once it is named here.
    """

    kind: Kind | None = None
    programme: Slug | None = None
    field: FieldCode | None = None
    place: Reference | None = Field(
        default=None, description="The province or commune that it concerns: its identifier or any of its codes."
    )
    occurred_at: OccurredAt = None
