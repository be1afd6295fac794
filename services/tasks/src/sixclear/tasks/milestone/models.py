"""The table of milestones."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.tasks.tables import Base
from sixclear.tasks.task.models import HangsOnTask


class Milestone(HangsOnTask, Base):
    """A part of a task that is reached or not, by a date of its own.

    `weight` says how much of the task it is, against the other milestones. The original deadline stays when the
    current one moves. One that was not reached when its task ended has lapsed.
    """

    __tablename__ = "milestone"

    milestone_id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]
    weight: Mapped[int] = mapped_column(SmallInteger)
    original_deadline: Mapped[datetime]
    current_deadline: Mapped[datetime]
    reached_at: Mapped[datetime | None]
    evidence_id: Mapped[UUID | None] = mapped_column(ForeignKey("evidence.evidence_id"))
    # The release before does not write it; `sixclear publish-past` makes up for that.
    lapsed_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_milestone_task_id", "task_id", "current_deadline", "milestone_id"),
        CheckConstraint("weight BETWEEN 1 AND 100", name="weight"),
    )

    @property
    def is_open(self) -> bool:
        """Whether it is still to be reached."""
        return self.reached_at is None and self.lapsed_at is None
