"""Tables of values: the slots, and the statements that were made in them."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy import text as where
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sixclear.common.entity import Versioned
from sixclear.common.targets import Measure
from sixclear.tasks.indicator.models import EXACT
from sixclear.tasks.tables import Base
from sixclear.tasks.value.lifecycle import Hands, Said, SlotState

# A slot that nothing was typed into before, with its first statement: by the names of the columns of both tables, but
# for `true_from`, the instant of the statement.
NewSlot = Mapping[str, Any]
DECIDED = "status IN ('approved', 'withdrawn')"
_STATUSES = "status IN ('draft', 'submitted', 'returned', 'approved', 'withdrawn')"


class Value(Versioned, Base):
    """The slot of an indicator, a body and a period. Drafts have no event: before the first one its version is 0."""

    __tablename__ = "value"

    value_id: Mapped[UUID] = mapped_column(primary_key=True)
    indicator_id: Mapped[UUID] = mapped_column(ForeignKey("indicator.indicator_id"))
    indicator: Mapped[str]
    programme: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"))
    level: Mapped[str]
    period: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]
    status: Mapped[str]
    statement: Mapped[int] = mapped_column(Integer)
    approved: Mapped[int | None] = mapped_column(Integer)
    demonstration: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (
        UniqueConstraint("indicator_id", "organisation_id", "period"),
        Index("ix_value_organisation_id", "organisation_id", "period"),
        Index("ix_value_waiting", "status", "indicator_id", "value_id", postgresql_where=where("status <> 'approved'")),
        CheckConstraint(_STATUSES, name="status"),
    )


class ValueStatement(Base):
    """One statement of a slot: what was typed, by whom, and what became of it.

    Of a decided one `occurred_at` says from when on it is true, `decided_at` from when on it is known. A withdrawal is
    a statement without a measure.
    """

    __tablename__ = "value_statement"

    value_id: Mapped[UUID] = mapped_column(ForeignKey("value.value_id"), primary_key=True)
    statement: Mapped[int] = mapped_column(Integer, primary_key=True)
    indicator_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    period: Mapped[str]
    last_day: Mapped[date]
    definition: Mapped[int] = mapped_column(Integer)
    status: Mapped[str]
    number: Mapped[Decimal | None] = mapped_column(EXACT)
    numerator: Mapped[Decimal | None] = mapped_column(EXACT)
    denominator: Mapped[Decimal | None] = mapped_column(EXACT)
    bound: Mapped[str | None]
    note: Mapped[str | None]
    evidence: Mapped[str | None]
    provenance: Mapped[dict[str, Any]]
    breaches: Mapped[list[str]]
    reason: Mapped[str | None]
    document: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    supplied_by_organisation_id: Mapped[UUID]
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]
    # Which request typed it: a file names a slot once.
    request_id: Mapped[str | None]
    submitted_by: Mapped[str | None]
    submitted_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    decided_by_organisation_id: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    return_reason: Mapped[str | None]
    occurred_at: Mapped[datetime | None]
    # Never read: it tells the session to write the slot first.
    slot: Mapped[Value] = relationship(lazy="raise")

    __table_args__ = (
        Index(
            "ix_value_statement_series",
            "indicator_id",
            "organisation_id",
            "last_day",
            "statement",
            postgresql_where=where(DECIDED),
        ),
        CheckConstraint(_STATUSES, name="status"),
        CheckConstraint("bound IN ('more_than', 'less_than', 'about')", name="bound"),
    )


def made_of(new: NewSlot) -> tuple[Value, ValueStatement]:
    """A new slot and its statement for an answer; the session knows neither."""
    statement = {**new, "occurred_at": new["true_from"]}
    slot = Value(**{column.name: new[column.name] for column in Value.__table__.columns})
    return slot, ValueStatement(**{column.name: statement[column.name] for column in ValueStatement.__table__.columns})


def slot_state(value: Value) -> SlotState:
    """What the rules read of a slot, as the row has it now."""
    return SlotState(value.status, value.statement, value.approved)


def measure_of(row: Any) -> Measure:
    """What a statement measured."""
    return Measure(row.number, row.numerator, row.denominator, row.bound)


def said_of(row: ValueStatement) -> Said:
    """What a statement says."""
    return Said(measure_of(row), row.note, row.evidence)


def hands_of(row: ValueStatement) -> Hands:
    """Who had a statement in hand."""
    return Hands(row.entered_by, row.submitted_by)
