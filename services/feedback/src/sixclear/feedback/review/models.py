"""Tables of expert review: who reviews what and what was said, the discussion, and what was decided on it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.review.lifecycle import DecisionState
from sixclear.feedback.sealing.values import CaseKey
from sixclear.feedback.tables import Base

# As answers have it (`answer.models`), for columns with the word of this table.
FOUR_EYES = (
    "CASE WHEN drafted_person IS NULL AND drafted_position IS NULL THEN confirmed_by <> drafted_by"
    " WHEN drafted_person IS NOT NULL AND confirmed_person IS NOT NULL THEN drafted_person <> confirmed_person"
    " ELSE drafted_position <> confirmed_position END"
)


class Review(Base):
    """A review of one case by one expert: assigned, accepted or declined, given. `label` names it to the others."""

    __tablename__ = "review"

    review_id: Mapped[UUID] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"))
    reviewer_id: Mapped[UUID] = mapped_column(ForeignKey("reviewer.reviewer_id"), index=True)
    label: Mapped[str] = mapped_column(String(1))
    criteria: Mapped[str]
    edition: Mapped[int] = mapped_column(Integer)
    status: Mapped[str]
    version: Mapped[int] = mapped_column(Integer)
    assigned_by: Mapped[str]
    assigned_at: Mapped[datetime]
    due_at: Mapped[datetime]
    declared_at: Mapped[datetime | None]
    # Sealed under the key of the case, as all that people write here.
    conflict_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    given_at: Mapped[datetime | None]
    scores: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    advice: Mapped[str | None]
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (
        UniqueConstraint("submission_id", "reviewer_id"),
        UniqueConstraint("submission_id", "label"),
        CheckConstraint("status IN ('assigned', 'accepted', 'declined', 'given', 'withdrawn')", name="status"),
        CheckConstraint("status <> 'given' OR (scores IS NOT NULL AND advice IS NOT NULL)", name="given"),
    )


class ReviewMessage(Base):
    """A message of the discussion on the reviews of a case; by an expert (`review_id`) or by who handles the case."""

    __tablename__ = "review_message"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    review_id: Mapped[UUID | None] = mapped_column(ForeignKey("review.review_id"))
    client_id: Mapped[str]
    text_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    sent_at: Mapped[datetime]


class ReviewDecision(Base):
    """What was decided on the reviews of a case: drafted by one person, confirmed by another."""

    __tablename__ = "review_decision"

    decision_id: Mapped[UUID] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), index=True)
    advice: Mapped[str]
    reason_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    drafted_by: Mapped[str]
    drafted_person: Mapped[str | None]
    drafted_position: Mapped[str | None]
    drafted_at: Mapped[datetime]
    confirmed_by: Mapped[str | None]
    confirmed_person: Mapped[str | None]
    confirmed_position: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
    # When another draft took its place.
    withdrawn_at: Mapped[datetime | None]
    # Of the decisions of the case, which may keep only hours; null in rows of releases that did not count them.
    number: Mapped[int | None] = mapped_column(Integer)

    __table_args__ = (CheckConstraint(FOUR_EYES, name="two_persons"),)


_WORDS, _CONFLICT, _TEXT, _REASON = "review.words", "review.conflict", "review_message.text", "review_decision.reason"


def seal_words(key: CaseKey, review: Review, words: str) -> None:
    """Keep what the expert wrote."""
    review.words_sealed = key.seal(_WORDS, review.review_id, words)


def seal_conflict(key: CaseKey, review: Review, conflict: str | None) -> None:
    """Keep what ties the expert to the case."""
    review.conflict_sealed = key.seal_maybe(_CONFLICT, review.review_id, conflict)


def words_of(key: CaseKey, review: Review) -> str | None:
    """What the expert wrote, opened; None before the review is given."""
    return key.open_maybe(_WORDS, review.review_id, review.words_sealed, None)


def conflict_of(key: CaseKey, review: Review) -> str | None:
    """What ties the expert to the case, opened."""
    return key.open_maybe(_CONFLICT, review.review_id, review.conflict_sealed, None)


def seal_text(key: CaseKey, number: int, text: str) -> bytes:
    """A message of the discussion, as its row keeps it."""
    return key.seal(_TEXT, number, text)


def text_of(key: CaseKey, message: ReviewMessage) -> str:
    """A message of the discussion, opened."""
    return key.open(_TEXT, message.number, message.text_sealed)


def seal_reason(key: CaseKey, decision_id: UUID, reason: str) -> bytes:
    """The reason of a decision, as its row keeps it."""
    return key.seal(_REASON, decision_id, reason)


def reason_of(key: CaseKey, decision: ReviewDecision) -> str:
    """The reason of a decision, opened."""
    return key.open(_REASON, decision.decision_id, decision.reason_sealed)


def state_of(decision: ReviewDecision) -> DecisionState:
    """What the rules of confirmation read of a decision."""
    return DecisionState(
        drafted_by=decision.drafted_by,
        person=decision.drafted_person,
        position=decision.drafted_position,
        confirmed=decision.confirmed_at is not None,
        withdrawn=decision.withdrawn_at is not None,
    )


class ComparedHouse(Base):
    """That the mail house of an expert, entered after the case was received, was compared with that of its sender.

    A keyed hash for the case: it says which domains were tried, and nothing of the sender.
    """

    __tablename__ = "compared_house"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), primary_key=True)
    house_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
