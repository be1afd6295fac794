"""A case of `feedback` as its sender sees it."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from sixclear.portal.upstream.answer import Answer


class NamedBody(Answer):
    """A body by its name."""

    name_vi: str
    name_en: str | None = None


class Message(Answer):
    """One message between sender and handler."""

    author: str = "handler"
    text: str
    sent_at: datetime | None = None


class OwnFile(Answer):
    """A file that the sender added; `held` until a scanner has looked at it, `refused` where that found harm."""

    attachment_id: UUID
    name: str
    size: int
    sent_at: datetime
    state: str
    sha256: str


class AnswerPoint(Answer):
    """One point of what was asked, with its answer."""

    point: str
    answer: str


class PromisedStep(Answer):
    """A step that an answer promises; it is open until `done_at`."""

    words: str
    due_date: date
    done_at: datetime | None = None
    done_words: str | None = None


class PublishedAnswer(Answer):
    """An answer to a case; `correction_reason` says why it took the place of the one before it."""

    outcome: str
    reason: str
    legal_basis: str
    responsible_organisation: NamedBody | None = None
    next_date: date | None = None
    text: str
    published_at: datetime
    points: list[AnswerPoint] = Field(default_factory=list)
    steps: list[PromisedStep] = Field(default_factory=list)
    correction_reason: str | None = None


class Rating(Answer):
    """What the sender said of the answer."""

    rating: str
    words: str | None = None
    rated_at: datetime


class Reopening(Answer):
    """That the case was opened again, and why."""

    reason: str
    reopened_at: datetime


class AppealWay(Answer):
    """The appeal that is open to the sender now; `basis` is `answer` or `silence`."""

    level: int
    basis: str
    until: datetime


class OwnAppeal(Answer):
    """An appeal that was taken; without `decision` it waits for one until `due_at`."""

    level: int
    basis: str
    organisation: NamedBody | None = None
    reason: str | None = None
    filed_at: datetime
    due_at: datetime
    decided_at: datetime | None = None
    decision: str | None = None
    text: str | None = None


class Erasure(Answer):
    """What was erased (`contact` or `case`), and until when backups have it."""

    what: str
    erased_at: datetime
    backups_until: datetime


class Notice(Answer):
    """Whether the sender is told of news by mail."""

    wanted: bool = False


class Retention(Answer):
    """When contact and text are erased by themselves; without dates a clock of the case runs (`waits_for`)."""

    contact_until: datetime | None = None
    text_until: datetime | None = None
    waits_for: str | None = None


class ProposalTask(Answer):
    """The task that came of an idea; nothing but its stage is told of one that is not public."""

    task_id: UUID
    stage: str
    code: str | None = None
    title: str | None = None
    lead_organisation: NamedBody | None = None
    percent: int | None = None
    current_deadline: datetime | None = None
    last_report_at: datetime | None = None
    assigned_at: datetime | None = None
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None
    replaced_by: list[UUID] | None = None


class ProposalStep(Answer):
    """A step that a body promised with an idea."""

    text: str
    due_on: date | None = None


class Proposal(Answer):
    """What came of an idea, as everyone reads it; one that was withdrawn has no words."""

    proposal_id: UUID
    status: str
    programme: str
    organisation_id: UUID
    demonstration: bool = False
    title: str | None = None
    abstract: str | None = None
    organisation: NamedBody | None = None
    accepted_at: datetime
    withdrawn_at: datetime | None = None
    promised_steps: list[ProposalStep]
    tasks: list[ProposalTask]


class ClockLine(Answer):
    """One step of how a deadline was counted."""

    text_vi: str
    text_en: str
    mark: str | None = None


class CaseTransfer(Answer):
    """A body that was offered the case, what it decided, and why it did not take it."""

    to_organisation: NamedBody | None = None
    state: str
    offered_at: datetime
    decided_at: datetime | None = None
    refusal: str | None = None


class CaseClock(Answer):
    """How the answer stands against its deadline, and by which rule that is.

    `provisional`: the deadline may move, because the holidays of its year are not all known. `first_due_at` is the
    one that was told first, where it is another one now. `paused_since`: it waits for what the sender was asked.
    """

    state: Literal["in_time", "due_soon", "overdue", "answered"]
    provisional: bool = False
    first_due_at: datetime | None = None
    body_due_at: datetime | None = None
    paused_since: datetime | None = None
    lines: list[ClockLine] = Field(default_factory=list)
    rule_vi: str | None = None
    rule_en: str | None = None


class CaseAccess(Answer):
    """That a protected part of a case was read, and for which body."""

    what: str
    read_at: datetime
    organisation: NamedBody | None = None


class IdentityStep(Answer):
    """That a body asked who the sender is, and what was decided."""

    organisation: NamedBody | None = None
    requested_at: datetime
    decision: str | None = None
    decided_at: datetime | None = None
    open_until: datetime | None = None


class Case(Answer):
    """A submission as its sender sees it. What the sender can do now is in `rate_until`, `reopen_until`, `appeal`,
    `may_withdraw`: null or false where it cannot be done.
    """

    kind: str
    status: str
    title: str | None = None
    text: str | None = None
    visibility: str = "requester"
    abstract: str | None = None
    embargo_until: date | None = None
    organisation_id: UUID | None = None
    received_at: datetime
    due_at: datetime
    answered_at: datetime | None = None
    clock: CaseClock
    transfers: list[CaseTransfer] = Field(default_factory=list)
    demonstration: bool = False
    code_changed_at: datetime | None = None
    messages: list[Message] = Field(default_factory=list)
    files: list[OwnFile] = Field(default_factory=list)
    answer: PublishedAnswer | None = None
    former_answers: list[PublishedAnswer] = Field(default_factory=list)
    consent: bool = False
    publication_id: UUID | None = None
    identity_level: str = "pseudonymous"
    rate_until: datetime | None = None
    rating: Rating | None = None
    rating_reminded_at: datetime | None = None
    reopen_until: datetime | None = None
    reopening: Reopening | None = None
    appeal: AppealWay | None = None
    appeals: list[OwnAppeal] = Field(default_factory=list)
    may_withdraw: bool = False
    message_due_at: datetime | None = None
    proposal: Proposal | None = None
    notice: Notice | None = None
    retention: Retention | None = None
    erasures: list[Erasure] = Field(default_factory=list)
    accesses: list[CaseAccess] = Field(default_factory=list)
    identity_requests: list[IdentityStep] = Field(default_factory=list)


class CaseCopy(Answer):
    """All that is held about a sender in one case: given on as it came, whatever is in it."""

    made_at: datetime
    case: dict[str, Any]
    contact: dict[str, Any]
    statements: list[dict[str, Any]]
