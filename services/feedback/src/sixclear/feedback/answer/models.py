"""The table of answers."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.answer.lifecycle import DraftState
from sixclear.feedback.tables import Base

# Two people may use one client, and one person two clients: the names of clients count only where no more is known.
FOUR_EYES = (
    "CASE WHEN drafted_person IS NULL AND drafted_position IS NULL THEN published_by <> drafted_by"
    " WHEN drafted_person IS NOT NULL AND published_person IS NOT NULL THEN drafted_person <> published_person"
    " ELSE drafted_position <> published_position END"
)


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
    # Who drafted and who published it, as far as their tokens told; none in rows of releases that did not ask.
    drafted_person: Mapped[str | None]
    drafted_position: Mapped[str | None]
    published_person: Mapped[str | None]
    published_position: Mapped[str | None]

    __table_args__ = (CheckConstraint(FOUR_EYES, name="two_persons"),)


def state_of(answer: Answer) -> DraftState:
    """What the rules of publication read of an answer."""
    return DraftState(
        drafted_by=answer.drafted_by,
        person=answer.drafted_person,
        position=answer.drafted_position,
        published=answer.published_at is not None,
        withdrawn=answer.withdrawn_at is not None,
    )
