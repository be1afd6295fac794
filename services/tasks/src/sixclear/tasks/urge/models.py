"""The tables of urges: what was said, and how far the ladder of each task was told."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index
from sqlalchemy import text as where
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.tasks.tables import Base
from sixclear.tasks.task.models import HangsOnTask
from sixclear.tasks.urge.lifecycle import UrgeState


class Urge(HangsOnTask, Base):
    """What is said to the body that does a task: by a body, or by a rung of the ladder.

    `day` is the civil day on which it was said: what a body is told on one is one message. What was said or answered
    while the task was restricted is `hidden` for good: it stays with those who read the whole task.
    """

    __tablename__ = "urge"

    urge_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    state: Mapped[str]
    rule: Mapped[str | None]
    deadline: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    to: Mapped[str]
    addressee_organisation_id: Mapped[UUID]
    addressee_position: Mapped[dict[str, Any] | None]
    author_organisation_id: Mapped[UUID | None]
    author_position: Mapped[dict[str, Any] | None]
    urged_at: Mapped[datetime]
    day: Mapped[date]
    answer_by: Mapped[datetime | None]
    text: Mapped[str | None]
    answer: Mapped[str | None]
    answered_by_organisation_id: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]
    hidden: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (
        # Once for a task and a deadline.
        Index("ix_urge_rung", "task_id", "deadline", "rule", unique=True, postgresql_where=where("kind = 'rung'")),
        Index("ix_urge_task_id", "task_id", "urged_at", "urge_id"),
        Index("ix_urge_listing", "urged_at", "urge_id"),
        Index("ix_urge_organisation_id", "organisation_id", "urged_at", "urge_id"),
        Index("ix_urge_open", "urged_at", "urge_id", postgresql_where=where("state = 'open'")),
        Index("ix_urge_said", "urged_at", "urge_id", postgresql_where=where("kind <> 'rung'")),
        Index("ix_urge_programme", "programme", "urged_at", "urge_id"),
        Index("ix_urge_late_list", "urged_at", "urge_id", postgresql_where=where("\"to\" = 'late_list'")),
        Index("ix_urge_addressee", "addressee_organisation_id", "urged_at", "urge_id"),
        Index(
            "ix_urge_author",
            "author_organisation_id",
            "urged_at",
            "urge_id",
            postgresql_where=where("author_organisation_id IS NOT NULL"),
        ),
        CheckConstraint("kind IN ('urging', 'remark', 'rung')", name="kind"),
        CheckConstraint("state IN ('open', 'answered', 'lapsed', 'told', 'skipped')", name="state"),
        CheckConstraint("\"to\" IN ('doer', 'head', 'standing_body', 'late_list')", name="to"),
    )

    @property
    def is_open(self) -> bool:
        """Whether it still waits for an answer."""
        return self.state == "open"


class TaskLadder(Base):
    """How far the ladder of a task was told for the deadline that runs; the task's own row is not touched by it.

    `told_to` is when the last rung was due that was told, or when the deadline was given. `next_at` is when to look
    again; null: the ladder stands still, or has no rung left.
    """

    __tablename__ = "task_ladder"

    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.task_id"), primary_key=True)
    deadline: Mapped[datetime]
    told_to: Mapped[datetime]
    next_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_task_ladder_next_at", "next_at", "task_id", postgresql_where=where("next_at IS NOT NULL")),
    )


class LadderChange(Base):
    """A programme has another ladder, and those of its tasks are to be looked at again: of the tasks after this one."""

    __tablename__ = "ladder_change"

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.programme_id"), primary_key=True)
    after_task_id: Mapped[UUID]


def urge_state(urge: Urge) -> UrgeState:
    """What rules read of an urge, as the row has it now."""
    return UrgeState(urge.kind, urge.state, urge.text, urge.answer, urge.answered_by_organisation_id)
