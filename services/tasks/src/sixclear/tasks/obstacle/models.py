"""The table of obstacles."""

from dataclasses import fields
from datetime import date, datetime
from operator import attrgetter
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ColumnElement, Index, Integer
from sqlalchemy import text as where
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.tasks.obstacle.lifecycle import ObstacleState
from sixclear.tasks.tables import Base
from sixclear.tasks.task.models import CarriesTask


class Obstacle(CarriesTask, Base):
    """What holds back several tasks, one, or none but a programme.

    The first of its tasks carries it: its programme, its level and its body are those of that task. It is restricted as
    long as one of its tasks is. What was said while it was restricted is `hidden` for good: it stays with those who
    read all its tasks. `key` says which obstacles are the same. `climbs_at` is null where no body is above.
    """

    __tablename__ = "obstacle"

    obstacle_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[UUID]
    task_ids: Mapped[list[UUID]]
    nature: Mapped[str]
    kind: Mapped[str | None]
    counts_as: Mapped[str]
    state: Mapped[str]
    level: Mapped[str]
    description: Mapped[str]
    decision_needed: Mapped[str | None]
    documents: Mapped[list[str]]
    entry_ids: Mapped[list[UUID]]
    amount_vnd: Mapped[int | None] = mapped_column(BigInteger)
    since: Mapped[date]
    opened_at: Mapped[datetime]
    opened_by_organisation_id: Mapped[UUID]
    decider_organisation_id: Mapped[UUID]
    decide_by: Mapped[datetime]
    climbs_at: Mapped[datetime | None]
    escalations: Mapped[int] = mapped_column(Integer)
    escalated_at: Mapped[datetime | None]
    escalated_by_organisation_id: Mapped[UUID | None]
    escalation_reason: Mapped[str | None]
    outcome: Mapped[str | None]
    settlement: Mapped[str | None]
    settled_by_organisation_id: Mapped[UUID | None]
    settled_at: Mapped[datetime | None]
    reopened_by_organisation_id: Mapped[UUID | None]
    reopening_reason: Mapped[str | None]
    hidden: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (
        Index("ix_obstacle_key", "key"),
        Index("ix_obstacle_task_ids", "task_ids", postgresql_using="gin"),
        Index("ix_obstacle_listing", "opened_at", "obstacle_id"),
        Index("ix_obstacle_open", "opened_at", "obstacle_id", postgresql_where=where("state = 'open'")),
        Index("ix_obstacle_programme", "programme", "opened_at", "obstacle_id"),
        Index("ix_obstacle_organisation_id", "organisation_id", "opened_at", "obstacle_id"),
        Index("ix_obstacle_decider", "decider_organisation_id", "opened_at", "obstacle_id"),
        Index("ix_obstacle_opened_by", "opened_by_organisation_id", "opened_at", "obstacle_id"),
        Index("ix_obstacle_climbs_at", "climbs_at", "obstacle_id", postgresql_where=where("climbs_at IS NOT NULL")),
        CheckConstraint("state IN ('open', 'settled')", name="state"),
        CheckConstraint("level IN ('central', 'province', 'commune')", name="level"),
        CheckConstraint("nature IN ('obstacle', 'limit', 'issue')", name="nature"),
        CheckConstraint("outcome IN ('decided', 'task_over')", name="outcome"),
    )

    @classmethod
    def of_task(cls, task_id: UUID) -> ColumnElement[bool]:
        """Whether it holds this task back."""
        return cls.task_ids.contains([task_id])

    @property
    def is_open(self) -> bool:
        """Whether it still holds work back."""
        return self.state == "open"

    @property
    def first_task_id(self) -> UUID | None:
        """The task that carries it; None for one of a programme alone."""
        return self.task_ids[0] if self.task_ids else None


_read_state = attrgetter(*(field.name for field in fields(ObstacleState)))


def obstacle_state(obstacle: Obstacle) -> ObstacleState:
    """What rules read of an obstacle, as the row has it now."""
    return ObstacleState(*_read_state(obstacle))
