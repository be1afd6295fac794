"""The tables of filings, and how far each obligation was opened."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy import text as where
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.common.entity import Versioned
from sixclear.tasks.filing.lifecycle import FilingState
from sixclear.tasks.tables import Base


class Filing(Versioned, Base):
    """What a body owes a programme for one span of an obligation.

    `assigned_by` is the level of the programme's owner, which asks for it. `no_change_ids` are the tasks of which the
    body said that nothing changed; `no_change` is how many of them were public.
    """

    __tablename__ = "filing"

    filing_id: Mapped[UUID] = mapped_column(primary_key=True)
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.programme_id"))
    programme: Mapped[str]
    obligation: Mapped[str]
    assigned_by: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"))
    period: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    due_at: Mapped[datetime]
    late_at: Mapped[datetime]
    locks_at: Mapped[datetime | None]
    state: Mapped[str]
    filed_at: Mapped[datetime | None]
    empty: Mapped[bool] = mapped_column(Boolean)
    no_change: Mapped[int] = mapped_column(Integer)
    no_change_ids: Mapped[list[UUID]]
    exempted_on: Mapped[date | None]
    reason: Mapped[str | None]
    # When time does something to it next; null: never.
    next_at: Mapped[datetime | None]
    demonstration: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (
        UniqueConstraint("organisation_id", "programme_id", "period", "obligation"),
        Index("ix_filing_listing", "starts_at", "filing_id"),
        Index("ix_filing_programme_id", "programme_id", "obligation", "period"),
        Index("ix_filing_period", "period", "filing_id"),
        Index("ix_filing_not_filed", "starts_at", "filing_id", postgresql_where=where("filed_at IS NULL")),
        Index("ix_filing_next_at", "next_at", "filing_id", postgresql_where=where("next_at IS NOT NULL")),
        CheckConstraint("state IN ('open', 'filed', 'missed', 'locked', 'exempted')", name="state"),
    )


class FilingCourse(Base):
    """How far an obligation was opened: the first day of the span that is looked at, and when to look again.

    Null: it is over.
    """

    __tablename__ = "filing_course"

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.programme_id"), primary_key=True)
    obligation: Mapped[str] = mapped_column(primary_key=True)
    first: Mapped[date]
    next_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_filing_course_next_at", "next_at", postgresql_where=where("next_at IS NOT NULL")),)


def filing_state(filing: Filing) -> FilingState:
    """What rules read of a filing, as the row has it now."""
    return FilingState(
        filing.state,
        filing.due_at,
        filing.late_at,
        filing.locks_at,
        filing.filed_at,
        tuple(filing.no_change_ids),
        filing.empty,
    )
