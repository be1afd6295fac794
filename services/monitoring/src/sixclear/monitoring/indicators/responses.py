"""What was read of indicators, made into figures against their targets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sixclear.common.spans import Span, before, span_at
from sixclear.common.targets import ADDED, Aim, Attainment, Measure, Targets, attainment, gap, path_at, rounded
from sixclear.monitoring.indicators.repository import Found
from sixclear.monitoring.indicators.rules import Coverage, Fitted, Measured, Own, Slot, Sum, gathered, rolled_up
from sixclear.monitoring.indicators.schemas import (
    Counted,
    IndicatorFigure,
    IndicatorHead,
    LatestFigure,
    PartFigure,
    PeriodFigure,
    RolledFigures,
    TargetFigure,
)

_TASKS, _OWN = "/api/tasks/v1", "/api/monitoring/v1"


@dataclass(slots=True)
class Subject:
    """An indicator, whose figure of it is asked for as of when (None: now), and what that body is to reach."""

    row: Found
    measured: Measured
    body: UUID | None
    at: datetime | None = None
    targets: Targets | None = None

    @property
    def indicator_id(self) -> UUID:
        """Its identifier."""
        return self.row.indicator_id  # type: ignore[no-any-return]

    def link(self, address: str, **named: str) -> str:
        """An address about the same body and instant."""
        query = named | ({"organisation": str(self.body)} if self.body else {})
        query |= {"as_of": self.at.isoformat()} if self.at else {}
        return f"{address}?{urlencode(query)}" if query else address


@dataclass(frozen=True)
class Told:
    """What was told of an indicator for one period: sums below the scope, and what single bodies said."""

    subject: Subject
    slot: Slot
    fit: Fitted
    sums: Sequence[tuple[str, int, Sum]] = ()
    values: Mapping[UUID, Found] = field(default_factory=dict)
    definitions: Mapping[int, Found] = field(default_factory=dict)

    @property
    def own(self) -> Found | None:
        """What the body said itself."""
        return self.values.get(self.subject.body) if self.subject.body else None

    @property
    def covered(self) -> Coverage:
        """What is rolled up below the scope."""
        types = {number: one.value_type for number, one in self.definitions.items()}
        return rolled_up(self.subject.measured, self.fit, gathered(self.sums), _own(self.values), types)

    @property
    def measure(self) -> Measure | None:
        """What the body said itself, else what is rolled up."""
        return self.covered.rolled.measure if self.own is None else _measure(self.own)

    @property
    def has_figure(self) -> bool:
        """Whether there is a number to show."""
        measure = self.measure
        return measure is not None and measure.figure is not None


def _measure(row: Any) -> Measure:
    return Measure(row.number, row.numerator, row.denominator, row.bound)


def _own(values: Mapping[UUID, Found]) -> Own:
    return {body: (row.definition, _as_sum(row)) for body, row in values.items()}


def _as_sum(row: Any) -> Sum:
    if row.bound is not None:
        return Sum(1, 1)
    return Sum(1, 0, *(getattr(row, name) or Decimal(0) for name in ("number", "numerator", "denominator")))


def indicator_figure(subject: Subject, told: Told | None, today: date) -> IndicatorFigure:
    """How an indicator stands on a civil day, by what was told of its newest period."""
    span = span_at(today, subject.row.period_unit)
    over = span if span.last < today else before(span)
    known = told is not None and told.has_figure
    return IndicatorFigure(
        **head(subject, today),
        latest=None if told is None else LatestFigure(**_period(told)),
        last_over=over.key,
        not_reported=not known or (told is not None and told.slot.last_day < over.last),
    )


def head(subject: Subject, today: date) -> dict[str, Any]:
    """What is said of an indicator itself, and where its values are."""
    aims = () if subject.targets is None else subject.targets.aims
    coming = min(((day, aim) for day, aim in aims if day >= today), default=None, key=lambda pair: pair[0])
    named = IndicatorHead.model_fields.keys() - {"organisation_id", "next_target", "series"}
    return {
        "organisation_id": subject.body,
        "next_target": coming and _target(*coming),
        "series": subject.link(f"{_TASKS}/indicators/{subject.row.code}/series"),
        **{name: getattr(subject.row, name) for name in named},
    }


def period_figure(told: Told, span: Span, today: date) -> PeriodFigure:
    """What an indicator says of one period of a series."""
    is_told = told.own is not None or told.covered.rolled.reported > 0
    return PeriodFigure(
        **_period(told),
        first_day=span.first,
        state="reported" if is_told else "not_reported" if span.last < today else "open",
    )


def _target(day: date, aim: Aim) -> TargetFigure:
    return TargetFigure(day=day, value=aim.value, low=aim.low, high=aim.high)


def _period(told: Told) -> dict[str, Any]:
    own, covered, measure = told.own, told.covered, told.measure
    number = covered.definition if own is None else own.definition
    target, path = _aims(told.subject.targets, told.slot.last_day)
    reached, apart, behind = _against(told, measure, number, target, path, whole=own is not None or covered.whole)
    return {
        "period": told.slot.period,
        "last_day": told.slot.last_day,
        "definition": number,
        "figure": measure and _shown(measure),
        "origin": None if measure is None else "rolled_up" if own is None else "own",
        "bound": measure and measure.bound,
        "own": own and _shown(_measure(own)),
        "rolled_up": _rolled(covered) if covered.expected or covered.rolled.reported else None,
        "difference": _difference(own, covered.rolled.measure),
        "target": target and _target(told.slot.last_day, target),
        "path": None if path is None or path.value is None else rounded(path.value),
        "gap": None if apart is None else rounded(apart),
        "behind": behind,
        "attainment": reached.percent,
        "attainment_capped": reached.capped,
        "met": reached.met,
        "made_of": told.subject.link(f"{_OWN}/indicators/{told.subject.row.code}/values", period=told.slot.period),
    }


def part_figure(told: Told, row: Found) -> PartFigure:
    """One of the values that a figure is made of, and what it does in it."""
    names = ("value_id", "organisation_id", "level", "definition", "number", "numerator", "denominator", "bound")
    return PartFigure(
        **{name: getattr(row, name) for name in names},
        **{name: getattr(row, name) for name in ("organisation_code", "organisation_name", "organisation_name_en")},
        true_from=row.true_from,
        counted=_counted(told, row),
        record=f"{_TASKS}/values/{row.value_id}",
    )


def _counted(told: Told, row: Found) -> Counted:
    if row.organisation_id == told.subject.body:
        return "own"
    sign = told.fit.signs.get(row.organisation_id, 0)
    if not (row.level in told.subject.measured.levels and sign == 0) and sign != 1:
        return "not_added"
    if row.definition != told.covered.definition:
        return "other_definition"
    if row.bound is not None:
        return "bound"
    return "added" if told.definitions[row.definition].value_type in ADDED else "not_added"


def _against(
    told: Told, measure: Measure | None, number: int | None, target: Aim | None, path: Aim | None, *, whole: bool
) -> tuple[Attainment, Decimal | None, bool | None]:
    if measure is None or number is None or not whole:
        return Attainment(), None, None
    definition: Any = told.definitions[number]
    targets = told.subject.targets
    baseline = targets.baseline[1] if targets and targets.baseline else None
    return attainment(definition, measure, target, baseline), *gap(definition, measure, path)


def _aims(targets: Targets | None, day: date) -> tuple[Aim | None, Aim | None]:
    if targets is None:
        return None, None
    return next((aim for at, aim in targets.aims if at == day), None), path_at(targets, day)


def _shown(measure: Measure) -> Decimal | None:
    figure = measure.figure
    return figure if figure is None or measure.denominator is None else rounded(figure)


def _rolled(covered: Coverage) -> RolledFigures:
    measure = covered.rolled.measure
    return RolledFigures(
        figure=measure and _shown(measure),
        numerator=measure and measure.numerator,
        denominator=measure and measure.denominator,
        reported=covered.rolled.reported,
        expected=covered.expected,
        bounds=covered.rolled.bounds,
        other_definition=covered.other_definition,
    )


def _difference(own: Any, rolled: Measure | None) -> Decimal | None:
    if own is None or rolled is None or own.bound is not None or rolled.figure is None:
        return None
    figure = _measure(own).figure
    return None if figure is None else rounded(figure - rolled.figure)
