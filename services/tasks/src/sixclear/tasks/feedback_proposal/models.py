"""The table of accepted ideas."""

from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.tasks.tables import Base


class FeedbackProposal(Base):
    """An accepted idea as feedback last said it. One of a programme that is not known waits without a task.

    `epoch` and `version` say of which event a row is: an older one changes nothing.
    """

    __tablename__ = "feedback_proposal"

    proposal_id: Mapped[UUID] = mapped_column(primary_key=True)
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey("task.task_id"), unique=True)
    status: Mapped[str]
    title: Mapped[str | None]
    abstract: Mapped[str | None]
    programme: Mapped[str | None]
    organisation_id: Mapped[UUID | None]
    promised_steps: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    demonstration: Mapped[bool] = mapped_column(Boolean)
    epoch: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer)

    __table_args__ = (
        CheckConstraint("status IN ('accepted', 'withdrawn')", name="status"),
        Index(
            "ix_feedback_proposal_waiting",
            "programme",
            postgresql_where=text("task_id IS NULL AND status = 'accepted'"),
        ),
    )
