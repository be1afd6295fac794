"""The table of escalations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.tables import Base


class Escalation(Base):
    """That an overdue case was told to a body. Appended, never changed."""

    __tablename__ = "escalation"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), primary_key=True)
    rung: Mapped[str] = mapped_column(primary_key=True)
    # A case that was opened again climbs again.
    escalated_at: Mapped[datetime] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID]

    __table_args__ = (
        CheckConstraint("rung IN ('head', 'superior', 'standing')", name="rung"),
        Index("ix_escalation_listing", "organisation_id", "escalated_at", "submission_id"),
    )
