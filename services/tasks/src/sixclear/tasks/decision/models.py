"""The table of decisions."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Index, Integer, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.tasks.decision.effects import Value
from sixclear.tasks.decision.lifecycle import DecisionState, is_open
from sixclear.tasks.tables import Base
from sixclear.tasks.task.models import HangsOnTask


class Decision(HangsOnTask, Base):
    """A request on a task, and what was decided on it.

    `former`, `proposed` and `decided` hold the value of the kind, as JSON with the names of `Value`.
    """

    __tablename__ = "decision"

    decision_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str]
    document: Mapped[str | None]
    former: Mapped[dict[str, Any]]
    proposed: Mapped[dict[str, Any]]
    decided: Mapped[dict[str, Any] | None]
    asked_by_organisation_id: Mapped[UUID]
    asked_at: Mapped[datetime]
    asked_late: Mapped[bool] = mapped_column(Boolean)
    decide_by: Mapped[datetime]
    decided_by_organisation_id: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]
    # The decision over many tasks that it is a part of.
    part_of: Mapped[UUID | None]
    # The lead body asks for it because it does not accept the assignment. The release before does not write it.
    objection: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    # Something of it was said while the task was restricted. It stays with those who read the whole task, for good.
    hidden: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)

    __table_args__ = (
        Index("ix_decision_task_id", "task_id", "asked_at", "decision_id"),
        Index("ix_decision_listing", "asked_at", "decision_id"),
        Index("ix_decision_asked", "asked_at", "decision_id", postgresql_where=text("state = 'asked'")),
        # What waits for the word of a body: to be decided, or a transfer to be accepted.
        Index(
            "ix_decision_awaited",
            "asked_at",
            "decision_id",
            postgresql_where=text(
                "state = 'asked' OR kind = 'transfer' AND (state = 'granted' OR state = 'granted_otherwise')"
            ),
        ),
    )

    @property
    def is_open(self) -> bool:
        """Whether it is still to be decided, or accepted."""
        return is_open(self.kind, self.state)

    @property
    def addresses(self) -> Collection[str]:
        """Its own, and that of the decision over many tasks that shows it."""
        return [str(one) for one in (self.decision_id, self.part_of) if one is not None]

    @property
    def offered_to(self) -> UUID | None:
        """The body that is to accept it."""
        return None if self.decided is None or not self.is_open else value_of(self.decided).organisation


class DecisionOverMany(Base):
    """One request over many tasks, decided once: the record. Each task has a decision of its own, a part of it.

    `entry` and `answer` are what was asked and decided, as the request had them; `asker` and `decider` who did it. By
    them the parts are asked and decided later, in chunks.
    """

    __tablename__ = "decision_over_many"

    decision_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str]
    state: Mapped[str]
    entry: Mapped[dict[str, Any]]
    proposed: Mapped[dict[str, Any]]
    asker: Mapped[dict[str, Any]]
    asked_by_organisation_id: Mapped[UUID]
    asked_at: Mapped[datetime]
    answer: Mapped[dict[str, Any] | None]
    decided: Mapped[dict[str, Any] | None]
    decider: Mapped[dict[str, Any] | None]
    decided_by_organisation_id: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    # The body whose open work goes to its successor by it: it was merged or closed.
    ended_organisation_id: Mapped[UUID | None]
    # The last of its open tasks that has a part; null where all of them have. The release before lists all of them.
    listed_to: Mapped[UUID | None]

    __table_args__ = (
        Index("ix_decision_over_many_listed_to", "decision_id", postgresql_where=text("listed_to IS NOT NULL")),
        Index(
            "ix_decision_over_many_ended_organisation_id",
            "ended_organisation_id",
            postgresql_where=text("ended_organisation_id IS NOT NULL"),
        ),
    )


class DecisionPart(Base):
    """What became of a decision over many tasks at one of them.

    It `waits` until what was asked or decided has reached its task. `problem` says why the task cannot take it, or that
    the service failed at it again and again. One that `moves` waits for the successor of a body that has ended, or for
    the body and the instant that it has of its own since it was refused; the release before leaves it alone.
    """

    __tablename__ = "decision_part"

    whole_id: Mapped[UUID] = mapped_column(ForeignKey("decision_over_many.decision_id"), primary_key=True)
    # As it was named: it may be no task, or none that the asking body sees.
    task_id: Mapped[UUID] = mapped_column(primary_key=True)
    waits: Mapped[bool] = mapped_column(Boolean)
    decision_id: Mapped[UUID | None]
    problem: Mapped[dict[str, Any] | None]
    # How often the service failed at it since it waits, and until when it then waits. The release before reads neither.
    failures: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), default=0)
    again_at: Mapped[datetime | None]
    moves: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    organisation_id: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    # Its task was restricted when this was asked. The release before does not write it.
    hidden: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)

    __table_args__ = (
        Index("ix_decision_part_waits", "whole_id", "task_id", postgresql_where=text("waits")),
        Index("ix_decision_part_moves", "whole_id", "task_id", postgresql_where=text("moves")),
    )


def stored(value: Value) -> dict[str, Any]:
    """A value as its column holds it."""
    parts = {name: part.isoformat() if isinstance(part, datetime) else part for name, part in asdict(value).items()}
    named = None if value.replaced_by is None else [str(one) for one in value.replaced_by]
    organisation = None if value.organisation is None else str(value.organisation)
    return parts | {"organisation": organisation, "replaced_by": named}


def value_of(column: dict[str, Any]) -> Value:
    """The value that a column holds."""
    deadline, organisation, replaced_by = (column.get(name) for name in ("deadline", "organisation", "replaced_by"))
    return Value(
        deadline=None if deadline is None else datetime.fromisoformat(deadline),
        organisation=None if organisation is None else UUID(organisation),
        work_group=column.get("work_group"),
        replaced_by=None if replaced_by is None else tuple(UUID(one) for one in replaced_by),
    )


def decision_state(decision: Decision) -> DecisionState:
    """What rules read of a decision, as the row has it now."""
    return DecisionState(decision.kind, decision.state, value_of(decision.proposed))
