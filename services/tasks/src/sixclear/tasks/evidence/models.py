"""The table of what became of evidence."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sixclear.tasks.tables import Base
from sixclear.tasks.task.models import Evidence, HangsOnTask


class EvidenceReview(HangsOnTask, Base):
    """What became of a piece of evidence: the row of the entity. What was said with it is `Evidence`; only a
    redaction changes that, and only its address.

    A piece of an earlier release has no such row until something happens to it, or the past is published. What was
    attached while its task was restricted is `hidden` for good, as its event is.
    """

    __tablename__ = "evidence_review"

    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.evidence_id"), primary_key=True)
    said: Mapped[Evidence] = relationship(lazy="joined", innerjoin=True)
    state: Mapped[str]
    hidden: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str | None]
    decided_by_organisation_id: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    redacted_at: Mapped[datetime | None]
    redaction_reason: Mapped[str | None]

    __table_args__ = (
        Index("ix_evidence_review_task_id", "task_id"),
        Index(
            "ix_evidence_review_waiting",
            "programme",
            "occurred_at",
            "evidence_id",
            postgresql_where=text("state = 'waiting'"),
        ),
        CheckConstraint("state IN ('waiting', 'accepted', 'refused')", name="state"),
    )

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a decision."""
        return self.state == "waiting"
