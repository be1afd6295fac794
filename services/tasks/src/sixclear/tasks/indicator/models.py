"""Tables of indicators: what they are now, each definition that they had, their targets and the tasks they measure."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Integer, Numeric, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sixclear.common.entity import Versioned
from sixclear.common.targets import Targets, targets_from
from sixclear.tasks.indicator.rules import Definition, Supplies
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.tables import Base

# 18 digits before the point and 6 after it.
EXACT = Numeric(24, 6)
# What makes another definition of an indicator where it changes.
MEASURED = (
    *("unit", "direction", "value_type", "cumulative", "period_unit", "decimals", "parts_of_whole"),
    *("source", "method", "least", "most", "jump_percent", "statements"),
)


class Indicator(Versioned, Base):
    """An indicator with the definition that it has now. `levels` and `bodies` say again of whom it is measured."""

    __tablename__ = "indicator"

    indicator_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.programme_id"), index=True)
    programme: Mapped[Programme] = relationship(lazy="immediate")
    name_vi: Mapped[str]
    name_en: Mapped[str | None]
    kind: Mapped[str]
    definition: Mapped[int] = mapped_column(Integer)
    unit: Mapped[str]
    direction: Mapped[str]
    value_type: Mapped[str]
    cumulative: Mapped[bool] = mapped_column(Boolean)
    period_unit: Mapped[str]
    decimals: Mapped[int] = mapped_column(SmallInteger)
    parts_of_whole: Mapped[bool] = mapped_column(Boolean)
    source: Mapped[str]
    method: Mapped[str]
    least: Mapped[Decimal | None] = mapped_column(EXACT)
    most: Mapped[Decimal | None] = mapped_column(EXACT)
    jump_percent: Mapped[Decimal | None] = mapped_column(EXACT)
    statements: Mapped[dict[str, Any]]
    supplies: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    levels: Mapped[list[str]]
    bodies: Mapped[list[UUID]]
    directive_id: Mapped[UUID | None] = mapped_column(ForeignKey("directive.directive_id"))
    target_sets: Mapped[int] = mapped_column(Integer)
    demonstration: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (
        CheckConstraint("kind IN ('strategic', 'operational')", name="kind"),
        CheckConstraint("direction IN ('up', 'down', 'within')", name="direction"),
        CheckConstraint(
            "value_type IN ('count', 'amount', 'ratio', 'share', 'rank', 'index', 'yes_no')", name="value_type"
        ),
    )


class IndicatorDefinition(Base):
    """One definition of an indicator; it never changes. What was measured by it is read by it."""

    __tablename__ = "indicator_definition"

    indicator_id: Mapped[UUID] = mapped_column(ForeignKey("indicator.indicator_id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    content: Mapped[dict[str, Any]]
    defined_at: Mapped[datetime]


class IndicatorTask(Base):
    """A task that an indicator measures."""

    __tablename__ = "indicator_task"

    indicator_id: Mapped[UUID] = mapped_column(ForeignKey("indicator.indicator_id"), primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.task_id"), primary_key=True, index=True)


class IndicatorTarget(Base):
    """All targets of one body as they were set at one time; the ones before stay, for what was shown then."""

    __tablename__ = "indicator_target"

    indicator_id: Mapped[UUID] = mapped_column(ForeignKey("indicator.indicator_id"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    content: Mapped[dict[str, Any]]
    set_at: Mapped[datetime]
    set_by_organisation_id: Mapped[UUID]
    reason: Mapped[str | None]

    __table_args__ = (UniqueConstraint("indicator_id", "organisation_id", "set_at"),)


def definition_of(indicator: Indicator) -> Definition:
    """How an indicator is measured now."""
    return _definition(indicator.definition, {name: getattr(indicator, name) for name in MEASURED})


def definition_then(row: IndicatorDefinition) -> Definition:
    """How an indicator was measured by one of its definitions."""
    return _definition(row.number, row.content)


def _definition(number: int, content: dict[str, Any]) -> Definition:
    limits: dict[str, Any] = {name: None if content[name] is None else Decimal(content[name]) for name in _LIMITS}
    return Definition(number=number, **{name: content[name] for name in _PLAIN}, **limits)


_LIMITS = ("least", "most", "jump_percent")
_PLAIN = ("unit", "value_type", "direction", "cumulative", "period_unit", "decimals", "parts_of_whole")


def supplies_of(indicator: Indicator) -> Supplies:
    """Who gives whose values."""
    by_level: dict[str, UUID | None] = {}
    by_body: dict[UUID, UUID | None] = {}
    for one in indicator.supplies:
        supplier = one["supplier_organisation_id"] and UUID(one["supplier_organisation_id"])
        if one["level"] is not None:
            by_level[one["level"]] = supplier
        else:
            by_body[UUID(one["organisation_id"])] = supplier
    return Supplies(by_level, by_body)


def targets_of(row: IndicatorTarget) -> Targets:
    """What a body is to reach, by days."""
    return targets_from(row.content)
