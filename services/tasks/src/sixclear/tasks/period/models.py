"""The table of periods."""

from collections.abc import Collection
from dataclasses import fields
from datetime import date, datetime
from operator import attrgetter
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Index, Integer, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.tasks.period.lifecycle import PeriodRecord
from sixclear.tasks.tables import Base
from sixclear.tasks.task.models import HangsOnTask


class Period(HangsOnTask, Base):
    """One period of a recurring task. Its window is the time after `opens_at` up to `due_at`.

    `day` is the one that the rule names, `key` its name. `roll` and `edition` say how the due day was found.
    `report_version` is the version of the task that its last report made; `public_percent` as in `ProgressReport`.
    """

    __tablename__ = "period"

    period_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str]
    series: Mapped[int] = mapped_column(SmallInteger)
    rule: Mapped[str]
    day: Mapped[date]
    opens_at: Mapped[datetime]
    due_at: Mapped[datetime]
    roll: Mapped[str]
    edition: Mapped[str]
    locks_at: Mapped[datetime]
    status: Mapped[str]
    reported_at: Mapped[datetime | None]
    report_version: Mapped[int | None] = mapped_column(Integer)
    percent: Mapped[int | None] = mapped_column(SmallInteger)
    public_percent: Mapped[int | None] = mapped_column(SmallInteger)
    reported_in_public: Mapped[bool] = mapped_column(Boolean)
    # When the next window opens; null once it is open, or when the rule is over. No event tells of it.
    next_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("task_id", "key"),
        Index("ix_period_task_id", "task_id", "due_at", "day"),
        # What may wait for a confirmation, by the programme that says whether it does.
        Index(
            "ix_period_reported", "programme", "reported_at", "period_id", postgresql_where=text("status = 'reported'")
        ),
        # What time alone does: as many rows as there are recurring tasks, and as there are periods to be told late.
        Index("ix_period_open", "due_at", postgresql_where=text("status = 'open'")),
        Index("ix_period_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        Index("ix_period_unlocked", "locks_at", postgresql_where=text("status IN ('missed', 'returned')")),
        CheckConstraint("status IN ('open', 'reported', 'confirmed', 'returned', 'missed', 'locked')", name="status"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
    )

    @property
    def addresses(self) -> Collection[str]:
        """Its task and its key."""
        return [f"{self.task_id}/{self.key}"]

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done in it by the body that works on the task now."""
        return self.status in ("open", "returned")


_read = attrgetter(*(field.name for field in fields(PeriodRecord)))


def record_of(period: Period) -> PeriodRecord:
    """The period as rules read it, as the row has it now."""
    return PeriodRecord(*_read(period))
