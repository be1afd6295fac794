"""The series of an indicator: what a body reported, what is rolled up below it, and the way to its target."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sixclear.common.clock import CLOCKS_DIFFER, civil_date
from sixclear.common.spans import Span, Unit, span_at, span_of, spans
from sixclear.common.targets import (
    ADDED,
    Aim,
    Attainment,
    Measure,
    Targets,
    attainment,
    gap,
    path_at,
    rolled_of,
    rounded,
)
from sixclear.common.use_case import Context
from sixclear.tasks.indicator.models import Indicator, definition_of
from sixclear.tasks.indicator.rules import Definition
from sixclear.tasks.indicator.service import Definitions, definitions_of, get_indicator, targets_at
from sixclear.tasks.organisation.service import briefs, meant
from sixclear.tasks.value import repository as rows
from sixclear.tasks.value.errors import SeriesRefused
from sixclear.tasks.value.models import measure_of
from sixclear.tasks.value.repository import Asked
from sixclear.tasks.value.responses import shown_figure
from sixclear.tasks.value.schemas import Aimed, Latest, OwnFigure, RolledFigure, Series, SeriesPoint
from sixclear.tasks.value.service.find import parameter_error, span_named

MOST_POINTS = 400


@dataclass(frozen=True, slots=True)
class SeriesQuery:
    """What is asked for: of whom (None: the country), from which period to which, as of when, known when."""

    organisation: str | None = None
    first: str | None = None
    last: str | None = None
    as_of: datetime | None = None
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """What was read of a series."""

    indicator: Indicator
    definitions: Definitions
    targets: Targets | None
    own: Mapping[str, Any]
    rolled: Mapping[str, Any]
    expected: int
    today: date

    def definition(self, number: int | None) -> Definition:
        """The definition that a figure was measured by."""
        if number is None:
            return definition_of(self.indicator)
        return self.definitions[self.indicator.indicator_id, number]


async def read_series(ctx: Context, code: str, query: SeriesQuery) -> Series:
    """A body's own figures, what is rolled up below it, targets, path, gap and attainment, period by period.

    Bodies stand where they stand today. Raises IndicatorNotFound, ReferenceUnknown, SeriesRefused.
    """
    indicator = await get_indicator(ctx, code)
    as_of, known_at = _instant(ctx, "as_of", query.as_of), _instant(ctx, "known_at", query.known_at)
    body = None if query.organisation is None else await meant(ctx.session, "organisation", query.organisation)
    targets = None if body is None else await targets_at(ctx, indicator, body, min(as_of, known_at))
    definitions = await definitions_of(ctx, [indicator.indicator_id])
    unit = _unit(indicator, definitions, query)
    periods = await _periods(ctx, indicator, unit, query, targets, civil_date(as_of))
    asked = Asked(
        indicator.indicator_id,
        body,
        indicator.levels,
        indicator.bodies,
        as_of,
        known_at,
        periods[0].last if periods else date.max,
        periods[-1].last if periods else date.min,
    )
    found = await _read(ctx, indicator, definitions, asked, targets)
    points = [_point(found, span) for span in periods]
    names = await briefs(ctx.session, [body])
    return Series(
        indicator=indicator.code,
        organisation=names[body] if body else None,
        unit=indicator.unit,
        value_type=indicator.value_type,
        period_unit=unit,
        trajectory=targets and targets.trajectory,
        as_of=as_of,
        known_at=known_at,
        latest=_latest(points),
        points=points,
    )


def _instant(ctx: Context, parameter: str, given: datetime | None) -> datetime:
    if given is None:
        return ctx.now
    if given > ctx.now + CLOCKS_DIFFER:
        detail = "Give an instant up to now."
        raise SeriesRefused(detail, errors=[parameter_error(parameter, "in-future", detail)])
    return given


def _unit(indicator: Indicator, definitions: Definitions, query: SeriesQuery) -> Unit:
    """The unit of the periods that are asked for, where one definition or another had it; else that of now."""
    known: set[Any] = {one.period_unit for one in definitions.values()}
    named = [span.unit for key in (query.first, query.last) if key is not None and (span := span_of(key))]
    unit: Unit = next((one for one in named if one in known), indicator.period_unit)  # type: ignore[arg-type]
    return unit


async def _periods(
    ctx: Context, indicator: Indicator, unit: Unit, query: SeriesQuery, targets: Targets | None, today: date
) -> Sequence[Span]:
    first, last = _named("from", query.first, unit), _named("to", query.last, unit)
    if first is None:
        began = None if targets is None else _first_day(targets)
        days = [await rows.first_measured(ctx.session, indicator.indicator_id), began]
        known = [day for day in days if day is not None]
        first = span_at(min(known), unit) if known else None
    if last is None:
        ends = [day for day, _ in targets.aims] if targets else []
        last = max((span_at(day, unit) for day in [today, *ends]), key=lambda span: span.last)
    if first is None:
        return ()
    found = []
    for span in spans(first, last):
        found.append(span)
        if len(found) > MOST_POINTS:
            detail = f"At most {MOST_POINTS} periods; give `from` and `to`."
            raise SeriesRefused(detail, errors=[parameter_error("from", "too-many-periods", detail)])
    return found


def _first_day(targets: Targets) -> date | None:
    days = [day for day, _ in targets.aims] + ([targets.baseline[0]] if targets.baseline else [])
    return min(days, default=None)


def _named(parameter: str, key: str | None, unit: str) -> Span | None:
    if key is None:
        return None
    span = span_named(parameter, key)
    if span.unit != unit:
        detail = f"The indicator is measured by another unit: {unit}."
        raise SeriesRefused(detail, errors=[parameter_error(parameter, "period-wrong", detail)])
    return span


async def _read(
    ctx: Context, indicator: Indicator, definitions: Definitions, asked: Asked, targets: Targets | None
) -> _Found:
    added = {number for (_, number), one in definitions.items() if one.value_type in ADDED}
    own = {row.period: row for row in await rows.own_series(ctx.session, asked)}
    below = await rows.rolled_series(ctx.session, asked) if added else ()
    return _Found(
        indicator,
        definitions,
        targets,
        own,
        {row.period: row for row in below if row.definition in added},
        next((row.expected for row in below if row.period is None and indicator.definition in added), 0),
        civil_date(asked.as_of),
    )


def _point(found: _Found, span: Span) -> SeriesPoint:
    own, row = found.own.get(span.key), found.rolled.get(span.key)
    own_measure = None if own is None else measure_of(own)
    rolled, rolled_measure, whole = _rolled(found, row)
    measure = own_measure or (rolled_measure if whole else None)
    numbers = own.definition if own is not None else None if row is None else row.definition
    definition = found.definition(numbers)
    target, path = _aims(found.targets, span.last)
    reached, apart, behind = Attainment(), None, None
    if measure is not None:
        baseline = found.targets.baseline[1] if found.targets and found.targets.baseline else None
        reached = attainment(definition, measure, target, baseline)
        apart, behind = gap(definition, measure, path)
    told = own is not None or (row is not None and row.reported > 0)
    return SeriesPoint(
        period=span.key,
        first_day=span.first,
        last_day=span.last,
        state="reported" if told else "not_reported" if span.last < found.today else "open",
        own=None if own is None else _own(own),
        rolled=rolled,
        difference=_difference(own_measure, rolled_measure),
        target=_aimed(target),
        path=_aimed(path),
        gap=None if apart is None else rounded(apart),
        behind=behind,
        attainment=reached.percent,
        attainment_capped=reached.capped,
        met=reached.met,
    )


def _rolled(found: _Found, row: Any) -> tuple[RolledFigure | None, Measure | None, bool]:
    """What is rolled up, its measure, and whether all of it is there: only then it is held against a target."""
    if row is None:
        nothing = dict.fromkeys(("figure", "number", "numerator", "denominator"))
        counts = {"reported": 0, "expected": found.expected, "bounds": 0, "other_definition": 0}
        return (RolledFigure(**nothing, **counts) if found.expected else None), None, False
    value_type = found.definition(row.definition).value_type
    sums = rolled_of(value_type, row.reported, row.bounds, row.number, row.numerator, row.denominator)
    measure = sums.measure
    shown = RolledFigure(
        figure=measure and shown_figure(measure),
        number=measure and measure.number,
        numerator=measure and measure.numerator,
        denominator=measure and measure.denominator,
        reported=row.reported,
        expected=row.expected,
        bounds=row.bounds,
        other_definition=row.other_definition,
    )
    return shown, measure, row.reported == row.expected and not row.bounds


def _own(row: Any) -> OwnFigure:
    named = ("value_id", "statement", "definition", "number", "numerator", "denominator", "bound", "note")
    return OwnFigure(
        figure=shown_figure(measure_of(row)),
        true_from=row.occurred_at,
        known_from=row.decided_at,
        **{name: getattr(row, name) for name in named},
    )


def _difference(own: Measure | None, rolled: Measure | None) -> Any:
    if own is None or rolled is None or own.bound or own.figure is None or rolled.figure is None:
        return None
    return rounded(own.figure - rolled.figure)


def _aims(targets: Targets | None, day: date) -> tuple[Aim | None, Aim | None]:
    if targets is None:
        return None, None
    return next((aim for at, aim in targets.aims if at == day), None), path_at(targets, day)


def _aimed(aim: Aim | None) -> Aimed | None:
    if aim is None:
        return None
    return Aimed(value=None if aim.value is None else rounded(aim.value), low=aim.low, high=aim.high)


def _latest(points: Sequence[SeriesPoint]) -> Latest | None:
    for point in reversed(points):
        figure = point.own.figure if point.own else point.rolled.figure if point.rolled else None
        if figure is not None:
            told = {"period": point.period, "day": point.last_day, "figure": figure}
            bound = point.own.bound if point.own else None
            return Latest(**told, bound=bound, gap=point.gap, behind=point.behind)
    return None
