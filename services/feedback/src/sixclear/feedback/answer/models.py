"""The table of answers."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.answer.lifecycle import DraftState
from sixclear.feedback.sealing.values import CaseKey
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
    # Sealed; the columns without that word hold what a release before wrote, until it is sealed.
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    legal_basis_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reason: Mapped[str] = mapped_column(default="", server_default="")
    legal_basis: Mapped[str] = mapped_column(default="", server_default="")
    responsible_organisation_id: Mapped[UUID]
    next_date: Mapped[date | None]
    text: Mapped[str] = mapped_column(default="", server_default="")
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


_WORDS = ("reason", "legal_basis", "text")


def words_of(key: CaseKey, answer: Answer) -> dict[str, str]:
    """What the answer says, opened."""
    return {
        name: key.open(f"answer.{name}", answer.answer_id, getattr(answer, f"{name}_sealed"), getattr(answer, name))
        for name in _WORDS
    }


def sealed_words(key: CaseKey, answer_id: UUID, said: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an answer that says `said`, with its words sealed."""
    sealed = {f"{name}_sealed": key.seal(f"answer.{name}", answer_id, said[name]) for name in _WORDS}
    return {name: value for name, value in said.items() if name not in _WORDS} | sealed


def state_of(answer: Answer) -> DraftState:
    """What the rules of publication read of an answer."""
    return DraftState(
        drafted_by=answer.drafted_by,
        person=answer.drafted_person,
        position=answer.drafted_position,
        published=answer.published_at is not None,
        withdrawn=answer.withdrawn_at is not None,
    )
