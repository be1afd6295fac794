"""The tables of reopenings and appeals."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.appeal.rules import AppealState
from sixclear.feedback.sealing.values import CaseKey
from sixclear.feedback.tables import Base

_REASON, _APPEAL_REASON, _DECISION = "reopening.reason", "appeal.reason", "appeal.decision"


class Reopening(Base):
    """That a sender had an answered case opened again, once, and why."""

    __tablename__ = "reopening"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), primary_key=True)
    answered_at: Mapped[datetime]
    reason_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    reopened_at: Mapped[datetime]


class Appeal(Base):
    """One level of an appeal, with its own clock and body. `basis`: against an answer, or against silence."""

    __tablename__ = "appeal"

    appeal_id: Mapped[UUID] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"))
    level: Mapped[int] = mapped_column(SmallInteger)
    basis: Mapped[str]
    # Who decides, and whose answer or silence it is about.
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    about_organisation_id: Mapped[UUID]
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    filed_at: Mapped[datetime]
    due_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None]
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    decided_by: Mapped[str | None]
    decided_person: Mapped[str | None]
    decided_position: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("submission_id", "level"),
        CheckConstraint("level IN (1, 2)", name="level"),
        CheckConstraint("basis IN ('answer', 'silence')", name="basis"),
        CheckConstraint("decision IN ('upheld', 'upheld_in_part', 'rejected')", name="decision"),
        Index("ix_appeal_open", "due_at", "appeal_id", postgresql_where=sql("decided_at IS NULL")),
    )


def state_of(appeal: Appeal) -> AppealState:
    """What the rules read of an appeal."""
    return AppealState(appeal.level, appeal.due_at, appeal.decided_at)


def seal_reopening(key: CaseKey, reason: str) -> bytes:
    """Why a case is to be opened again, as its column keeps it."""
    return key.seal(_REASON, key.case_id, reason)


def reopening_reason(key: CaseKey, reopening: Reopening) -> str:
    """Why a case was opened again."""
    return key.open(_REASON, reopening.submission_id, reopening.reason_sealed)


def seal_reason(key: CaseKey, appeal_id: UUID, reason: str | None) -> bytes | None:
    """What the sender says in an appeal, as its column keeps it."""
    return key.seal_maybe(_APPEAL_REASON, appeal_id, reason)


def seal_decision(key: CaseKey, appeal: Appeal, text: str) -> None:
    """Keep the words of a decision."""
    appeal.text_sealed = key.seal(_DECISION, appeal.appeal_id, text)


def words_of(key: CaseKey, appeal: Appeal) -> dict[str, str | None]:
    """What sender and body wrote."""
    return {
        "reason": key.open_maybe(_APPEAL_REASON, appeal.appeal_id, appeal.reason_sealed, None),
        "text": key.open_maybe(_DECISION, appeal.appeal_id, appeal.text_sealed, None),
    }
