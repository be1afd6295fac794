"""The table of programmes."""

from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, SmallInteger, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.common.entity import Versioned
from sixclear.tasks.programme.rules import Terms, reference_names, terms
from sixclear.tasks.tables import Base


class Programme(Versioned, Base):
    """A programme of a resolution."""

    __tablename__ = "programme"

    programme_id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name_vi: Mapped[str]
    name_en: Mapped[str]
    resolution: Mapped[str]
    source_vi: Mapped[str | None]
    source_en: Mapped[str | None]
    owner_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"))
    six_clears_enforced: Mapped[bool] = mapped_column(Boolean)
    # The release before does not write these.
    decision_days: Mapped[int] = mapped_column(SmallInteger, server_default="5")
    extension_notice_days: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    # The body that accepts evidence before a task is confirmed; null: who confirms the task accepts what waits.
    evidence_organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.organisation_id"))
    reach: Mapped[str] = mapped_column(server_default="national")
    # Whether it ever was national work; the release before does not write it.
    was_national: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    deadline_hour: Mapped[int] = mapped_column(SmallInteger, server_default=text("17"))
    due_roll: Mapped[str] = mapped_column(server_default=text("'next'"))
    period_lock_days: Mapped[int] = mapped_column(SmallInteger, server_default=text("20"))
    periods_confirmed: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    # The fields that it adds to a task, as they were described; null: none.
    own_fields: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    # Its groups of work and their parts, as they were described; null: a decision may name any group.
    work_groups: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    # When its tasks are told to whom, as it was described; null: the default of `ladder.py`.
    ladder: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    # Who reports on it how often, as it was described; null: no body has to.
    obligations: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    # The kinds of what holds its work back, as they were described; null: the default of `rules.py`.
    obstacle_kinds: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    demonstration: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (
        CheckConstraint("deadline_hour BETWEEN 0 AND 23", name="deadline_hour"),
        CheckConstraint("due_roll IN ('next', 'previous', 'keep')", name="due_roll"),
        CheckConstraint("period_lock_days BETWEEN 0 AND 250", name="period_lock_days"),
    )

    @property
    def is_or_was_national(self) -> bool:
        """Whether the country counts its work, or did."""
        return self.reach == "national" or self.was_national

    @property
    def terms(self) -> Terms:
        """What it says of its dates."""
        return terms(self.due_roll, self.deadline_hour, self.period_lock_days, self.periods_confirmed)

    @property
    def references(self) -> tuple[str, ...]:
        """Its own fields that name a body."""
        return reference_names(self.own_fields)
