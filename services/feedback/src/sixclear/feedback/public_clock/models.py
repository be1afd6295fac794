"""Tables of the clocks and promised steps that stand with public copies. They hold days, and no case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Index, Integer
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.tables import Base


class PublicClock(Base):
    """The days of a case as its public copy tells them: copied at the release, and then once a civil day.

    Read from the case at each reading they would tell the minute of a sender's step to who reads twice.
    """

    __tablename__ = "public_clock"

    publication_id: Mapped[UUID] = mapped_column(ForeignKey("publication.publication_id"), primary_key=True)
    received_on: Mapped[date]
    due_on: Mapped[date]
    due_soon_on: Mapped[date]
    # What was told at receipt, where the due day is another one now.
    first_due_on: Mapped[date | None]
    reopened_on: Mapped[date | None]
    paused: Mapped[bool] = mapped_column(Boolean)
    answered_on: Mapped[date | None]
    answered_in_time: Mapped[bool | None] = mapped_column(Boolean)

    __table_args__ = (
        Index("ix_public_clock_running", "due_on", postgresql_where=sql("answered_on IS NULL AND NOT paused")),
    )


class PublicStep(Base):
    """A step that the answer promised, as everyone reads it; no words until a moderator released some."""

    __tablename__ = "public_step"

    publication_id: Mapped[UUID] = mapped_column(ForeignKey("publication.publication_id"), primary_key=True)
    promise_id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(Integer)
    words: Mapped[str | None]
    due_on: Mapped[date]
    done_on: Mapped[date | None]

    __table_args__ = (Index("ix_public_step_open", "publication_id", postgresql_where=sql("done_on IS NULL")),)


class PublicClockDay(Base):
    """The civil day for which all of this was told last; one row."""

    __tablename__ = "public_clock_day"

    day: Mapped[date] = mapped_column(primary_key=True)


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks of some copies at the start of a day, and how many of their promised steps are open."""

    day: date
    by_copy: Mapping[UUID, PublicClock]
    open_steps: Mapping[UUID, int]
