"""Which tasks are the same work."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.tasks.tables import Base


class SameWork(Base):
    """That a body said which tasks are one work: those of the same group. One alone in its group is said to be none."""

    __tablename__ = "same_work"

    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.task_id"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"))
    group_id: Mapped[UUID]
    client_id: Mapped[str]
    recorded_at: Mapped[datetime]

    __table_args__ = (Index("ix_same_work_group_id", "group_id"),)
