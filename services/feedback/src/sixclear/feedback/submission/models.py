"""Tables of submissions, of their contacts, and of who read what is protected."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    and_,
    not_,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.common.entity import Versioned
from sixclear.feedback.submission.clocks import CaseFacts, Moved, Stop
from sixclear.feedback.submission.lifecycle import CaseState
from sixclear.feedback.tables import Base


class Submission(Versioned, Base):
    """Something that was sent, and where it stands. Timeliness is derived from the due time, never stored.

    `receipt_hash` and `fingerprint` are keyed hashes: the code and what was sent cannot be found from them.
    An erased case has a random `receipt_hash` and an empty `fingerprint`.
    """

    __tablename__ = "submission"

    submission_id: Mapped[UUID] = mapped_column(primary_key=True)
    receipt_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    # When the sender last took a new receipt code; null while the first one opens the mailbox.
    code_changed_at: Mapped[datetime | None]
    # When the sender gave a contact, or an address for notices, after the case was closed.
    contact_given_at: Mapped[datetime | None]
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[str]
    # Sealed (`service/texts.py`). The next two hold what a release before wrote, until it is sealed.
    title_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    title: Mapped[str] = mapped_column(default="", server_default="")
    text: Mapped[str] = mapped_column(default="", server_default="")
    # What the sender wrote, for handlers only; `programme` is what a handler says, and is published.
    suggested_programme: Mapped[str | None] = mapped_column(String(80))
    programme: Mapped[str | None] = mapped_column(String(80))
    # What it is about and where: as the sender says, until a handler says otherwise. Neither is published.
    field: Mapped[str | None] = mapped_column(String(80))
    place_id: Mapped[UUID | None]
    # A keyed hash of the folded words: equal for copies of a campaign. Null of sealed ones, and of earlier releases.
    words_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    addressed_organisation_id: Mapped[UUID | None]
    organisation_id: Mapped[UUID | None] = mapped_column(index=True)
    visibility: Mapped[str]
    sender_kind: Mapped[str]
    identity_level: Mapped[str] = mapped_column(server_default="pseudonymous")
    # What it was at receipt, once the sender raised it; null before.
    first_identity_level: Mapped[str | None]
    consent: Mapped[bool] = mapped_column(Boolean)
    on_behalf_by: Mapped[str | None]
    # The body that sent it for itself, which is no person; null of all others. It is published nowhere.
    sender_organisation_id: Mapped[UUID | None]
    # Sealed JSON, `["…"]`: the points that such a body wants answered one by one; null of one matter.
    points_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    status: Mapped[str]
    outcome: Mapped[str | None]
    received_at: Mapped[datetime]
    due_at: Mapped[datetime]
    due_soon_at: Mapped[datetime]
    calendar_edition: Mapped[str] = mapped_column(String(20))
    # What was told at receipt; it never changes. Null only where the release before took the case in.
    first_due_at: Mapped[datetime | None]
    # The due time of the body that has the case, where a transfer gave it one of its own; null: it is `due_at`.
    body_due_at: Mapped[datetime | None]
    # When that clock started; null: at the receipt.
    body_started_at: Mapped[datetime | None]
    # The body that was offered the case and has not decided yet: it may read it.
    offered_organisation_id: Mapped[UUID | None]
    # Since when both clocks stand still; null while they run.
    paused_since: Mapped[datetime | None]
    # Finer than `status`, which keeps its six values: what the case waits for, by the name of the step.
    step: Mapped[str | None] = mapped_column(String(40))
    rating: Mapped[str | None]
    appeal_level: Mapped[int | None] = mapped_column(SmallInteger)
    escalation_rung: Mapped[str | None]
    # The due time for which it was stated that no answer came; null before the first one.
    no_answer_stated_for: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    # When its sender had it opened again, and first appealed: figures are counted from this row alone.
    reopened_at: Mapped[datetime | None]
    appealed_at: Mapped[datetime | None]
    # The body that decides on an appeal reads the case; the last one stays.
    appeal_organisation_id: Mapped[UUID | None]
    # When the sender's message, the first that nobody replied to, is to have a word; null while none waits.
    message_due_at: Mapped[datetime | None]
    messages_count: Mapped[int] = mapped_column(Integer)
    # `sender` or `handler`, whose published answer is a word too; null before the first message.
    last_message_by: Mapped[str | None]
    demonstration: Mapped[bool] = mapped_column(Boolean)
    # Of a sealed initiative: what everyone may read of it, sealed until a moderator releases it, and when all may.
    abstract_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    embargo_until: Mapped[date | None]
    # Who took a step as a handler, and who reviews it as an expert (`access.persons_of`): never the same person.
    hands: Mapped[list[str]] = mapped_column(server_default=sql("'{}'"))
    reviewers: Mapped[list[str]] = mapped_column(server_default=sql("'{}'"))
    # Held as possible spam until then, or until a person looked at it (`HELD`); null: it is not.
    held_until: Mapped[datetime | None]
    # Experts were asked, and nothing is decided on what they said: the answer waits for that.
    in_expert_review: Mapped[bool] = mapped_column(Boolean, server_default=sql("false"))

    __table_args__ = (
        CheckConstraint("kind IN ('feedback', 'recommendation', 'initiative', 'solution')", name="kind"),
        CheckConstraint("visibility IN ('requester', 'public', 'sealed')", name="visibility"),
        CheckConstraint("identity_level IN ('verified', 'named', 'pseudonymous', 'anonymous')", name="identity_level"),
        CheckConstraint("rating IN ('solved', 'partly', 'not_solved')", name="rating"),
        CheckConstraint("appeal_level IN (1, 2)", name="appeal_level"),
        CheckConstraint("escalation_rung IN ('head', 'superior', 'standing')", name="escalation_rung"),
        CheckConstraint("visibility <> 'sealed' OR kind = 'initiative'", name="sealed"),
        Index("ix_submission_listing", "due_at", "submission_id"),
        Index("ix_submission_field_place", "field", "place_id", "received_at"),
        Index("ix_submission_held", "held_until", postgresql_where=sql("held_until IS NOT NULL")),
        Index("ix_submission_answered_at", "answered_at", postgresql_where=sql("answered_at IS NOT NULL")),
        Index(
            "ix_submission_sender",
            "sender_organisation_id",
            "received_at",
            "submission_id",
            postgresql_where=sql("sender_organisation_id IS NOT NULL"),
        ),
        Index("ix_submission_words_hash", "words_hash", postgresql_where=sql("words_hash IS NOT NULL")),
        Index(
            "ix_submission_silence",
            "due_at",
            postgresql_where=sql(
                "status NOT IN ('answered', 'withdrawn')"
                " AND (no_answer_stated_for IS NULL OR no_answer_stated_for < due_at)"
            ),
        ),
        Index(
            "ix_submission_escalation",
            "due_at",
            postgresql_where=sql(
                "status NOT IN ('answered', 'withdrawn') AND escalation_rung IS DISTINCT FROM 'standing'"
            ),
        ),
        Index(
            "ix_submission_sender_wrote_last",
            "due_at",
            "submission_id",
            postgresql_where=sql("last_message_by = 'sender'"),
        ),
    )


# What a person took a step in is held no longer, also where a release before let the time stand.
HELD = and_(Submission.held_until.is_not(None), Submission.status == "received")


class HourStep(Base):
    """A step of an anonymous or sealed case that waits for the end of its hour: its event, as it is to be written.

    Its row goes when the event is written. `meta` has no identifier of a request, for that would lead to its instant.
    """

    __tablename__ = "hour_step"

    step_id: Mapped[UUID] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), index=True)
    version: Mapped[int] = mapped_column(Integer)
    change: Mapped[str]
    data: Mapped[dict[str, Any]]
    meta: Mapped[dict[str, Any]]
    hour: Mapped[datetime] = mapped_column(index=True)


class Pause(Base):
    """A time in which both clocks of a case stand still, because its sender was asked for what lacks.

    It ends at `until_at` if nothing ends it before. What was asked is a message.
    """

    __tablename__ = "pause"

    pause_id: Mapped[UUID] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), index=True)
    client_id: Mapped[str]
    working_days: Mapped[int] = mapped_column(SmallInteger)
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("ended_by IN ('sender', 'handler', 'time', 'answer')", name="ended_by"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended"),
        Index("ix_pause_open", "until_at", postgresql_where=sql("ended_at IS NULL")),
    )


class DueMove(Base):
    """A decision that gave both clocks of a case more working days. Why is a message to the sender."""

    __tablename__ = "due_move"

    move_id: Mapped[UUID] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), index=True)
    client_id: Mapped[str]
    working_days: Mapped[int] = mapped_column(SmallInteger)
    decided_at: Mapped[datetime]


class Contact(Base):
    """How the sender can be reached: here and nowhere else. Deleting the row forgets the person, not the case."""

    __tablename__ = "contact"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), primary_key=True)
    # Sealed under the identity key; the columns without that word hold what a release before wrote.
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    email_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    name: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    # Keyed hashes of the mail domain and of those above it, by which an expert of the same house is recognised.
    domain_hashes: Mapped[list[bytes] | None] = mapped_column(ARRAY(LargeBinary))


class Access(Base):
    """Who read protected data of a case, when and why. Appended, never changed."""

    __tablename__ = "access_log"

    access_id: Mapped[UUID] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), index=True)
    client_id: Mapped[str]
    organisation_id: Mapped[UUID | None]
    what: Mapped[str]
    # Sealed; `reason` holds what a release before wrote, until it is sealed.
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reason: Mapped[str | None]
    read_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("what IN ('contact', 'sealed_text', 'file')", name="what"),)


def by_hour(submission: Submission) -> bool:
    """Whether only the hour of its steps is kept: of a case that was sent anonymously, and of a sealed one.

    Also after its sender raised the level: instants of later steps would stand in the log before the hours that wait.
    """
    levels = (submission.identity_level, submission.first_identity_level)
    return "anonymous" in levels or submission.visibility == "sealed"


def clock_start(submission: Submission) -> datetime:
    """From when the answer that is owed now is counted: the receipt, or the last opening of the case."""
    return submission.reopened_at or submission.received_at


def state_of(submission: Submission) -> CaseState:
    """What the rules of its life read of a submission."""
    return CaseState(
        status=submission.status,
        visibility=submission.visibility,
        organisation_id=submission.organisation_id,
        messages_count=submission.messages_count,
        identity_level=submission.identity_level,
        in_expert_review=submission.in_expert_review,
        paused=submission.paused_since is not None,
    )


def facts_of(
    started_at: datetime, body_started_at: datetime | None, pauses: Iterable[Pause], moves: Iterable[DueMove]
) -> CaseFacts:
    """What the clocks of a case follow from; what was before they started, at the receipt or the opening, is over."""
    return CaseFacts(
        received_at=started_at,
        stops=[Stop(pause.from_at, pause.ended_at or pause.until_at) for pause in pauses],
        moves=[Moved(move.decided_at, move.working_days) for move in moves if move.decided_at >= started_at],
        body_started_at=body_started_at if body_started_at and body_started_at > started_at else None,
    )


def reviewed_by_none(persons: Collection[str]) -> list[ColumnElement[bool]]:
    """What narrows a statement on cases to those that none of `persons` reviews."""
    return [not_(Submission.reviewers.overlap(persons))] if persons else []
