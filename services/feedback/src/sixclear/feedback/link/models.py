"""The table of links."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.tables import Base


class CaseLink(Base):
    """What was decided of two cases: that they are of one need, or that they are not. `one_id` is the lesser.

    A refusal is kept, so that the same pair is not suggested again. Nothing is merged.
    """

    __tablename__ = "case_link"

    one_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), primary_key=True)
    other_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), primary_key=True, index=True)
    decision: Mapped[str]
    decided_by: Mapped[str]
    decided_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("decision IN ('linked', 'refused')", name="decision"),
        CheckConstraint("one_id < other_id", name="order"),
    )
