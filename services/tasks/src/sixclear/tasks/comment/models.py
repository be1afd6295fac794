"""The table of comments."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, Index
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.tasks.comment.lifecycle import CommentState
from sixclear.tasks.tables import Base
from sixclear.tasks.task.models import HangsOnTask


class Comment(HangsOnTask, Base):
    """What a supervising body said of a task, and what it was answered.

    What was said or answered while the task was restricted is `hidden` for good: it stays with those who read the whole
    task.
    """

    __tablename__ = "comment"

    comment_id: Mapped[UUID] = mapped_column(primary_key=True)
    text: Mapped[str]
    commented_by_organisation_id: Mapped[UUID]
    commented_at: Mapped[datetime]
    answer: Mapped[str | None]
    answered_by_organisation_id: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]
    hidden: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (Index("ix_comment_task_id", "task_id", "commented_at", "comment_id"),)

    @property
    def is_open(self) -> bool:
        """Whether it still waits for an answer."""
        return self.answer is None


def comment_state(comment: Comment) -> CommentState:
    """What rules read of a comment, as the row has it now."""
    return CommentState(comment.text, comment.answer, comment.answered_by_organisation_id)
