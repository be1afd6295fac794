"""The figures of indicators: of each the newest, against its target, and of how many of how many bodies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import civil_date
from sixclear.common.spans import before, span_at, span_of
from sixclear.common.targets import (
    ADDED,
    Aim,
    Attainment,
    Measure,
    Targets,
    attainment,
    gap,
    path_at,
    rounded,
    targets_from,
)
from sixclear.monitoring.indicators import repository as rows
from sixclear.monitoring.indicators.repository import Asked, Found, Slot
from sixclear.monitoring.indicators.rules import Coverage, Fitted, Measured, Own, Sum, fitted, gathered, rolled_up
from sixclear.monitoring.indicators.schemas import IndicatorFigure, LatestFigure, RolledFigures, TargetFigure
from sixclear.monitoring.view.selection import Selection

_ROUNDS = 12
_SHOWN = (
    *("indicator_id", "code", "programme", "name_vi", "name_en", "kind", "unit", "direction", "value_type"),
    *("period_unit", "definition", "demonstration"),
)


@dataclass(frozen=True, slots=True)
class Query:
    """Which indicators are asked about, and as of when (None: now)."""

    selection: Selection
    at: datetime | None
    kind: str | None = None
    level: str | None = None
    after: str | None = None
    limit: int = 50


@dataclass(slots=True)
class _Read:
    """What was read of one indicator: its row, whose figure is asked for, and what is known of it."""

    row: Found
    measured: Measured
    body: UUID | None
    targets: Targets | None = None
    fit: Fitted | None = None
    slot: Slot | None = None
    sums: Sequence[tuple[str, int, Sum]] = ()
    values: Mapping[UUID, Found] = field(default_factory=dict)
    definitions: Mapping[int, Found] = field(default_factory=dict)

    @property
    def indicator_id(self) -> UUID:
        """Its identifier."""
        return self.row.indicator_id  # type: ignore[no-any-return]

    @property
    def covered(self) -> Coverage:
        """What is rolled up below the scope for the period that was read."""
        assert self.fit is not None, "bodies are read before their values"
        types = {number: one.value_type for number, one in self.definitions.items()}
        return rolled_up(self.measured, self.fit, gathered(self.sums), _own(self.values), types)

    @property
    def figure(self) -> Decimal | None:
        """The body's own number, else what is rolled up."""
        own = self.values.get(self.body) if self.body else None
        measure = _measure(own) if own is not None else self.covered.rolled.measure
        return measure.figure if measure else None


async def list_figures(session: AsyncSession, query: Query, now: datetime) -> list[IndicatorFigure]:
    """The figures of some indicators, in the order of their codes: seven statements, however many bodies report.

    Some more where in the newest period only bodies reported whose figures are in no sum.
    """
    asked = Asked(query.selection.scope, query.at, now)
    found = await rows.list_indicators(
        session,
        asked,
        query.selection,
        kind=query.kind,
        level=query.level,
        after=query.after,
        limit=query.limit,
    )
    read = [_begun(row, query.selection.organisation_id) for row in found]
    if not read:
        return []
    await _read_targets(session, asked, read)
    counts = await rows.counts_below(session, asked)
    waiting, until = read, dict.fromkeys((one.indicator_id for one in read), date.max)
    newest: dict[UUID, _Read] = {}
    for _ in range(_ROUNDS):
        waiting = await _read_period(session, asked, waiting, until, counts)
        newest = {one.indicator_id: replace(one) for one in waiting} | newest
        if not waiting:
            break
        until = {one.indicator_id: one.slot.last_day for one in waiting if one.slot}
    today = civil_date(query.at or now)
    return [_figure(one if one.figure is not None else newest.get(one.indicator_id, one), today) for one in read]


def _begun(row: Found, organisation_id: UUID | None) -> _Read:
    measured = Measured(frozenset(row.levels), frozenset(map(UUID, row.bodies)))
    alone = next(iter(measured.bodies)) if len(measured.bodies) == 1 and not measured.levels else None
    return _Read(row, measured, organisation_id or alone)


async def _read_targets(session: AsyncSession, asked: Asked, read: Sequence[_Read]) -> None:
    written = await rows.targets_of(session, asked, [(one.indicator_id, one.body) for one in read if one.body])
    for one in read:
        if one.indicator_id in written:
            one.targets = targets_from(msgspec.json.decode(written[one.indicator_id]))


async def _read_period(
    session: AsyncSession,
    asked: Asked,
    read: Sequence[_Read],
    until: Mapping[UUID, date],
    counts: Mapping[str, int],
) -> list[_Read]:
    """Read the newest period of each indicator before a day; those of which it has no figure, and an older one may."""
    wanted = [(one.indicator_id, one.body, until[one.indicator_id]) for one in read]
    slots = await rows.latest_periods(session, asked, wanted)
    sums = await rows.sums_of(session, asked, list(slots.values()))
    levels = {level for one in read for level in one.measured.levels}
    named = {body for one in read for body in one.measured.bodies}
    begun = [span.first for slot in slots.values() if (span := span_of(slot.period)) is not None]
    apart = await rows.bodies_apart(session, asked, levels, named, min(begun, default=date.max))
    for one in read:
        slot = slots.get(one.indicator_id)
        if slot is not None or one.fit is None:
            one.fit, one.slot = fitted(one.measured, counts, apart), slot
            one.sums = sums.get(one.indicator_id, ())
    there = [one for one in read if one.indicator_id in slots]
    await _read_values(session, asked, there)
    await _read_definitions(session, there)
    return [one for one in there if one.figure is None and (one.body or one.row.value_type in ADDED)]


async def _read_values(session: AsyncSession, asked: Asked, read: Sequence[_Read]) -> None:
    wanted = []
    for one in read:
        assert one.fit is not None, "bodies are read before their values"
        assert one.slot is not None, "it has a period"
        bodies = {*one.fit.signs, *one.fit.ended} | ({one.body} if one.body else set())
        wanted += [(*one.slot, body) for body in bodies]
    found = await rows.own_values(session, asked, wanted)
    for one in read:
        one.values = {row.organisation_id: row for row in found if row.indicator_id == one.indicator_id}


async def _read_definitions(session: AsyncSession, read: Sequence[_Read]) -> None:
    wanted = {(one.indicator_id, number) for one in read for _, number, _ in one.sums}
    wanted |= {(one.indicator_id, row.definition) for one in read for row in one.values.values()}
    found = await rows.definitions(session, wanted)
    for one in read:
        one.definitions = {number: row for (of, number), row in found.items() if of == one.indicator_id}


def _measure(row: Any) -> Measure:
    return Measure(row.number, row.numerator, row.denominator, row.bound)


def _own(values: Mapping[UUID, Found]) -> Own:
    return {body: (row.definition, _as_sum(row)) for body, row in values.items()}


def _as_sum(row: Any) -> Sum:
    if row.bound is not None:
        return Sum(1, 1)
    return Sum(1, 0, *(getattr(row, name) or Decimal(0) for name in ("number", "numerator", "denominator")))


def _figure(one: _Read, today: date) -> IndicatorFigure:
    span = span_at(today, one.row.period_unit)
    over = span if span.last < today else before(span)
    latest = None if one.slot is None else _latest(one)
    known = latest is not None and latest.figure is not None
    aims = () if one.targets is None else one.targets.aims
    coming = min(((day, aim) for day, aim in aims if day >= today), default=None, key=lambda pair: pair[0])
    of_body = f"?organisation={one.body}" if one.body else ""
    return IndicatorFigure(
        organisation_id=one.body,
        latest=latest,
        last_over=over.key,
        not_reported=not known or (one.slot is not None and one.slot.last_day < over.last),
        next_target=coming and _target(*coming),
        series=f"/api/tasks/v1/indicators/{one.row.code}/series{of_body}",
        **{name: getattr(one.row, name) for name in _SHOWN},
    )


def _target(day: date, aim: Aim) -> TargetFigure:
    return TargetFigure(day=day, value=aim.value, low=aim.low, high=aim.high)


def _latest(one: _Read) -> LatestFigure:
    assert one.slot is not None, "it has a period"
    own = one.values.get(one.body) if one.body else None
    covered = one.covered
    measure = covered.rolled.measure if own is None else _measure(own)
    number = covered.definition if own is None else own.definition
    target, path = _aims(one.targets, one.slot.last_day)
    reached, apart, behind = _against(one, measure, number, target, path, whole=own is not None or covered.whole)
    return LatestFigure(
        period=one.slot.period,
        last_day=one.slot.last_day,
        definition=number,
        figure=measure and _shown(measure),
        origin=None if measure is None else "rolled_up" if own is None else "own",
        bound=measure and measure.bound,
        own=own and _shown(_measure(own)),
        rolled_up=_rolled(covered) if covered.expected or covered.rolled.reported else None,
        difference=_difference(own, covered.rolled.measure),
        target=target and _target(one.slot.last_day, target),
        path=None if path is None or path.value is None else rounded(path.value),
        gap=None if apart is None else rounded(apart),
        behind=behind,
        attainment=reached.percent,
        attainment_capped=reached.capped,
        met=reached.met,
    )


def _against(
    one: _Read, measure: Measure | None, number: int | None, target: Aim | None, path: Aim | None, *, whole: bool
) -> tuple[Attainment, Decimal | None, bool | None]:
    if measure is None or number is None or not whole:
        return Attainment(), None, None
    definition: Any = one.definitions[number]
    baseline = one.targets.baseline[1] if one.targets and one.targets.baseline else None
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
