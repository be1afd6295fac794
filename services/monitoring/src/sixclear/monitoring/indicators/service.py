"""The figures of indicators: the newest of each, or period by period, against targets, and of how many of how many."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import civil_date
from sixclear.common.spans import Span, span_at, span_of, spans
from sixclear.common.targets import ADDED, targets_from
from sixclear.monitoring.errors import IndicatorNotFound, SeriesRefused
from sixclear.monitoring.indicators import repository as rows
from sixclear.monitoring.indicators.repository import Asked, Found
from sixclear.monitoring.indicators.responses import Subject, Told, indicator_figure, part_figure, period_figure
from sixclear.monitoring.indicators.rules import Measured, Slot, fitted
from sixclear.monitoring.indicators.schemas import IndicatorFigure, PartFigure, PeriodFigure
from sixclear.monitoring.view.selection import Selection

# How many periods are looked at together for a figure: the newest has one nearly always. Then a year of months, then
# as many as a series may have.
_LOOKED_AT = (1, 12, 387)
MOST_PERIODS = sum(_LOOKED_AT)


@dataclass(frozen=True, slots=True)
class Query:
    """Which indicators are asked about, and as of when (None: now)."""

    selection: Selection
    at: datetime | None
    kind: str | None = None
    level: str | None = None
    after: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class SeriesQuery:
    """Of whom a series is asked for (None: the country), from which period to which, and as of when (None: now)."""

    organisation_id: UUID | None = None
    first: str | None = None
    last: str | None = None
    at: datetime | None = None


async def list_figures(session: AsyncSession, query: Query, now: datetime) -> list[IndicatorFigure]:
    """The figures of some indicators, in the order of their codes: eight statements, however many bodies report.

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
    subjects = [_subject(row, query.selection.organisation_id, query.at) for row in found]
    if not subjects:
        return []
    await _read_targets(session, asked, subjects)
    newest = await _newest(session, asked, subjects)
    today = civil_date(query.at or now)
    return [indicator_figure(one, newest.get(one.indicator_id), today) for one in subjects]


async def read_series(
    session: AsyncSession, code: str, query: SeriesQuery, now: datetime
) -> tuple[Subject, list[PeriodFigure]]:
    """An indicator and its figures period by period: eight statements, however many bodies report.

    Raises IndicatorNotFound, SeriesRefused.
    """
    asked = Asked(Selection(query.organisation_id).scope, query.at, now)
    subject = await _found(session, asked, code, query)
    today = civil_date(query.at or now)
    periods = await _periods(session, asked, subject, query, today)
    slots = [Slot(subject.indicator_id, span.last, span.key) for span in periods]
    told = await _told(session, asked, [subject], slots)
    return subject, [period_figure(one, span, today) for one, span in zip(told, periods, strict=True)]


async def read_parts(
    session: AsyncSession, code: str, period: str, query: SeriesQuery, now: datetime, *, after: UUID | None, limit: int
) -> tuple[Subject, PeriodFigure, list[PartFigure]]:
    """A figure of one period, and a page of the values that it is made of.

    Raises IndicatorNotFound, SeriesRefused.
    """
    asked = Asked(Selection(query.organisation_id).scope, query.at, now)
    subject = await _found(session, asked, code, query)
    span = _named("period", period, await rows.units_of(session, subject.indicator_id))
    assert span is not None, "it is named"
    slot = Slot(subject.indicator_id, span.last, span.key)
    (told,) = await _told(session, asked, [subject], [slot])
    found = await rows.list_parts(session, asked, slot, after=after, limit=limit)
    figure = period_figure(told, span, civil_date(query.at or now))
    return subject, figure, [part_figure(told, row) for row in found]


async def _found(session: AsyncSession, asked: Asked, code: str, query: SeriesQuery) -> Subject:
    row = await rows.find_indicator(session, code, query.at or asked.now)
    if row is None:
        raise IndicatorNotFound("No published indicator has this code.")
    subject = _subject(row, query.organisation_id, query.at)
    await _read_targets(session, asked, [subject])
    return subject


def _subject(row: Found, organisation_id: UUID | None, at: datetime | None) -> Subject:
    measured = Measured(frozenset(row.levels), frozenset(map(UUID, row.bodies)))
    alone = next(iter(measured.bodies)) if len(measured.bodies) == 1 and not measured.levels else None
    return Subject(row, measured, organisation_id or alone, at)


async def _read_targets(session: AsyncSession, asked: Asked, subjects: Sequence[Subject]) -> None:
    written = await rows.targets_of(session, asked, [(one.indicator_id, one.body) for one in subjects if one.body])
    for one in subjects:
        if one.indicator_id in written:
            one.targets = targets_from(msgspec.json.decode(written[one.indicator_id]))


async def _newest(session: AsyncSession, asked: Asked, subjects: Sequence[Subject]) -> dict[UUID, Told]:
    """Of each indicator its newest period that has a figure; where none has, the newest of which someone reported."""
    newest: dict[UUID, Told] = {}
    waiting = {one.indicator_id: (one, date.max) for one in subjects}
    for most in _LOOKED_AT:
        wanted = [(name, one.body, before) for name, (one, before) in waiting.items()]
        slots = await rows.latest_periods(session, asked, wanted, most)
        if not slots:
            break
        told = await _told(session, asked, [one for one, _ in waiting.values()], slots)
        waiting = {}
        for one in told:
            name = one.subject.indicator_id
            known = newest.setdefault(name, one)
            if one.has_figure and not known.has_figure:
                newest[name] = one
            waiting[name] = one.subject, one.slot.last_day
        waiting = {name: pair for name, pair in waiting.items() if _may_have(newest[name])}
        if not waiting:
            break
    return newest


def _may_have(told: Told) -> bool:
    """Whether an older period may have a figure, where this one has none."""
    return not told.has_figure and (told.subject.body is not None or told.subject.row.value_type in ADDED)


async def _told(
    session: AsyncSession, asked: Asked, subjects: Collection[Subject], slots: Sequence[Slot]
) -> list[Told]:
    """What was told for some periods, in their order."""
    if not slots:
        return []
    sums = await rows.sums_of(session, asked, slots)
    counts = await rows.counts_below(session, asked)
    levels = {level for one in subjects for level in one.measured.levels}
    named = {body for one in subjects for body in one.measured.bodies}
    begun = [span.first for slot in slots if (span := span_of(slot.period)) is not None]
    apart = await rows.bodies_apart(session, asked, levels, named, min(begun, default=date.max))
    by_id = {one.indicator_id: one for one in subjects}
    fits = {name: fitted(one.measured, counts, apart) for name, one in by_id.items()}
    wanted = []
    for slot in slots:
        fit, body = fits[slot.indicator_id], by_id[slot.indicator_id].body
        wanted += [(*slot, one) for one in {*fit.signs, *fit.ended} | ({body} if body else set())]
    said: dict[Slot, dict[UUID, Found]] = {slot: {} for slot in slots}
    for row in await rows.own_values(session, asked, wanted):
        said[Slot(row.indicator_id, row.last_day, row.period)][row.organisation_id] = row
    numbers = {(slot.indicator_id, number) for slot in slots for _, number, _ in sums[slot]}
    numbers |= {(slot.indicator_id, row.definition) for slot in slots for row in said[slot].values()}
    definitions = await _definitions(session, numbers)
    return [
        Told(
            by_id[slot.indicator_id],
            slot,
            fits[slot.indicator_id],
            sums[slot],
            said[slot],
            definitions.get(slot.indicator_id, {}),
        )
        for slot in slots
    ]


async def _definitions(session: AsyncSession, wanted: Collection[tuple[UUID, int]]) -> dict[UUID, dict[int, Found]]:
    found: dict[UUID, dict[int, Found]] = {}
    for (of, number), row in (await rows.definitions(session, wanted)).items():
        found.setdefault(of, {})[number] = row
    return found


async def _periods(
    session: AsyncSession, asked: Asked, subject: Subject, query: SeriesQuery, today: date
) -> Sequence[Span]:
    """The periods from the first that has a value or a target to the one of today, or of the last target.

    Those of an earlier unit are told where `from` or `to` names one.
    """
    units = await rows.units_of(session, subject.indicator_id)
    first = _named("from", query.first, units)
    last = _named("to", query.last, {first.unit} if first else units)
    unit: Any = next((one.unit for one in (first, last) if one), subject.row.period_unit)
    aims = [day for day, _ in subject.targets.aims] if subject.targets else []
    if first is None:
        begun = [await rows.first_day(session, asked, subject.indicator_id, subject.body), *aims]
        begun += [subject.targets.baseline[0]] if subject.targets and subject.targets.baseline else []
        known = [day for day in begun if day is not None]
        if not known:
            return ()
        first = span_at(min(known), unit)
    if last is None:
        last = max((span_at(day, unit) for day in (today, *aims)), key=lambda span: span.last)
    found: list[Span] = []
    for span in spans(first, last):
        if len(found) == MOST_PERIODS:
            raise _refused("from", "too-many-periods", f"At most {MOST_PERIODS} periods; give `from` and `to`.")
        found.append(span)
    return found


def _named(parameter: str, key: str | None, units: Collection[str]) -> Span | None:
    if key is None:
        return None
    span = span_of(key)
    if span is None:
        raise _refused(parameter, "period-unknown", "This is no key of a period, such as 2026-Q4.")
    if span.unit not in units:
        raise _refused(parameter, "period-wrong", f"The indicator is measured by another unit: {', '.join(units)}.")
    return span


def _refused(parameter: str, code: str, detail: str) -> SeriesRefused:
    error = {"parameter": parameter, "in": "query", "code": code, "detail": detail}
    return SeriesRefused(detail, errors=[error])
