"""The table of assignments."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.data_catalog.tables import Base


class Assignment(Base):
    """A position that answers for an entry in one role, from its proposal to its end. Never deleted.

    Who owns an entry now is said by the entry itself; an assignment as owner says which position, and that the body
    accepted it.
    """

    __tablename__ = "assignment"

    assignment_id: Mapped[UUID] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entry.entry_id"))
    role: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    # A position, never a person.
    title: Mapped[str]
    status: Mapped[str]
    valid_from: Mapped[date | None] = mapped_column(Date)
    proposed_at: Mapped[datetime]
    proposed_by_organisation_id: Mapped[UUID | None]
    # Who owned the entry then: what it gave away is no longer its own to give.
    owner_at_proposal: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decided_by_organisation_id: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    # Why it was declined or ended.
    reason: Mapped[str | None]
    decision: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))

    __table_args__ = (
        CheckConstraint("role IN ('owner', 'business', 'technical', 'security', 'sharing')", name="role"),
        CheckConstraint("status IN ('proposed', 'accepted', 'declined', 'ended')", name="status"),
        Index("ix_assignment_entry", "entry_id", "proposed_at"),
        # One position at a time answers in a role, and one is asked.
        Index(
            "uq_assignment_open",
            "entry_id",
            "role",
            "status",
            unique=True,
            postgresql_where=text("status IN ('proposed', 'accepted')"),
        ),
    )
