"""The table of answers."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.answer.lifecycle import DraftState
from sixclear.feedback.tables import Base


class Answer(Base):
    """An answer: drafted by one person, published by another, or withdrawn when another body got the case."""

    __tablename__ = "answer"

    answer_id: Mapped[UUID] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), index=True)
    outcome: Mapped[str]
    reason: Mapped[str]
    legal_basis: Mapped[str]
    responsible_organisation_id: Mapped[UUID]
    next_date: Mapped[date | None]
    text: Mapped[str]
    drafted_by: Mapped[str]
    drafted_at: Mapped[datetime]
    published_by: Mapped[str | None]
    published_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("published_by <> drafted_by", name="four_eyes"),)


def state_of(answer: Answer) -> DraftState:
    """What the rules of publication read of an answer."""
    return DraftState(
        drafted_by=answer.drafted_by,
        published=answer.published_at is not None,
        withdrawn=answer.withdrawn_at is not None,
    )
