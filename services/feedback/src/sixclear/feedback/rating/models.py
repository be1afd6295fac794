"""The tables of ratings and of the one reminder."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Integer, LargeBinary, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.sealing.values import CaseKey
from sixclear.feedback.tables import Base


class Rating(Base):
    """What a sender said of the answer of `answered_at`; a case that is opened again and answered again has another."""

    __tablename__ = "rating"

    rating_id: Mapped[UUID] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), index=True)
    answered_at: Mapped[datetime]
    rating: Mapped[str]
    # The version of the case that says it: two of one hour are in order by it. Null in what releases before wrote.
    submission_version: Mapped[int | None] = mapped_column(Integer)
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    rated_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("rating IN ('solved', 'partly', 'not_solved')", name="rating"),)


class SatisfactionDay(Base):
    """Satisfaction of a year as everyone reads it on a civil day, of one body, or of all (the identifier of zeros).

    It holds no figure that is hidden. Read twice on a day it is the same: a step of a case, seen between two readings,
    would have its minute.
    """

    __tablename__ = "satisfaction_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    body: Mapped[UUID] = mapped_column(primary_key=True)
    told: Mapped[dict[str, Any]]


class RatingReminder(Base):
    """That a sender was asked once more what became of it."""

    __tablename__ = "rating_reminder"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), primary_key=True)
    answered_at: Mapped[datetime] = mapped_column(primary_key=True)
    reminded_at: Mapped[datetime]


_WORDS = "rating.words"


def seal_words(key: CaseKey, rating_id: UUID, words: str | None) -> bytes | None:
    """What a sender wrote beside the rating, as its column keeps it."""
    return key.seal_maybe(_WORDS, rating_id, words)


def words_of(key: CaseKey, rating: Rating) -> str | None:
    """What the sender wrote beside the rating, opened."""
    return key.open_maybe(_WORDS, rating.rating_id, rating.words_sealed, None)
