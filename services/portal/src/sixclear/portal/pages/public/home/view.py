"""The home page: the finding, its bar, its timeline, the provinces, the last changes and what needs attention."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from sixclear.common.clock import civil_date
from sixclear.portal.errors import PageNotFound
from sixclear.portal.pages.public.home.attention import AttentionRow, rows_of
from sixclear.portal.pages.public.home.ledger import MOST, Ledger, ledger_of
from sixclear.portal.pages.public.home.report_days import report_days
from sixclear.portal.pages.public.home.tiles import UnitMap, unit_map
from sixclear.portal.pages.public.home.timeline import TimelineChart, draw, drawable, trimmed, with_day
from sixclear.portal.settings import Settings
from sixclear.portal.shell.addresses import Asked
from sixclear.portal.shell.bars import Segment, segments
from sixclear.portal.shell.days import end_of, past_day
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.monitoring import Attention, Changes, Provinces, Status, Timeline, TimelinePoint
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.programmes import Programme

_WEEK = timedelta(days=7)
_DAILY_UP_TO_DAYS = 92


@dataclass(frozen=True, slots=True)
class Figures:
    """What monitoring says of a programme; each is None where it could not be had."""

    status: Status | None
    week_before: Status | None
    timeline: Timeline | None
    provinces: Provinces | None
    changes: Changes | None
    attention: Attention | None


@dataclass(frozen=True, slots=True)
class HomeView:
    """The home page. `day` is the chosen day of the past, or None for now: then the page follows `stream_url`.

    `figures` are the answers that its parts are made of; `chart` and `units` are drawn where they are not kept.
    Where every programme is a demonstration, `all_demonstration`, one mark says so; else each has its own.
    """

    asked: Asked
    today: date
    day: date | None
    programmes: Sequence[Programme]
    programme: Programme
    all_demonstration: bool
    figures: Figures
    status: Status | None
    bar: Sequence[Segment]
    overdue_a_week_ago: int | None
    chart: Callable[[], TimelineChart] | None
    units: Callable[[], UnitMap] | None
    ledger: Ledger | None
    attention: Mapping[str, Sequence[AttentionRow]] | None
    away: Mapping[str, datetime | None]
    figures_refused: bool
    stream_url: str


@dataclass(frozen=True, slots=True)
class _Shown:
    """The programme that the page is of, those to choose from, and what monitoring says of it."""

    programmes: Sequence[Programme]
    programme: Programme
    figures: Figures


async def load(gateway: Gateway, settings: Settings, now: datetime, asked: Asked) -> HomeView:
    """The home page of a programme, now or at the end of a day. An unknown programme is PageNotFound."""
    today = civil_date(now)
    past, asked = past_day(asked, today)
    parts = Parts()
    shown = await _shown(gateway, settings, parts, asked.values["programme"] or None, today, past)
    figures, status = shown.figures, shown.figures.status
    if status and not past and parts.away.get("monitoring"):
        status = status.as_known(now)
    return HomeView(
        asked=asked,
        today=today,
        day=past,
        programmes=shown.programmes,
        programme=shown.programme,
        all_demonstration=all(one.demonstration for one in shown.programmes),
        figures=figures,
        status=status,
        bar=segments(status.tasks, status.shares_percent) if status else [],
        overdue_a_week_ago=_overdue(figures.week_before),
        chart=_chart(figures.timeline, shown.programme, past, today, status),
        units=_units(figures.provinces),
        ledger=ledger_of(figures.changes.items) if figures.changes else None,
        attention=rows_of(figures.attention) if figures.attention else None,
        away=parts.away,
        figures_refused=parts.figures_refused,
        stream_url=settings.stream_url,
    )


async def _shown(
    gateway: Gateway, settings: Settings, parts: Parts, slug: str | None, today: date, past: date | None
) -> _Shown:
    expected = slug or settings.default_programme
    if slug and (known := await parts.optional(gateway.tasks.programmes())):
        _chosen(known.items, slug, expected)  # figures of what does not exist are not asked for
    # The figures do not wait for the list of programmes: nearly always the expected one is there.
    programmes, figures = await asyncio.gather(
        parts.optional(gateway.tasks.programmes()), _figures(gateway, settings, parts, expected, today, past)
    )
    programme = _chosen(programmes.items if programmes else None, slug, settings.default_programme)
    if programmes is not None and not programmes.items:
        # Nothing was entered yet: the figures of all, which are zero, instead of those of a missing programme.
        figures = await _figures(gateway, settings, parts, None, today, past)
    elif programme.slug != expected:
        figures = await _figures(gateway, settings, parts, programme.slug, today, past)
    listed = _first(programmes.items, settings.default_programme) if programmes else [programme]
    return _Shown(listed, programme, figures)


def _overdue(before: Status | None) -> int | None:
    """How many were overdue then; None of nothing."""
    return before.tasks.overdue if before and before.tasks.total else None


async def _figures(
    gateway: Gateway, settings: Settings, parts: Parts, programme: str | None, today: date, past: date | None
) -> Figures:
    as_of = end_of(past) if past else None
    week_ago = end_of((past or today) - _WEEK)
    at = gateway.chosen() if past else gateway
    return Figures(
        *await asyncio.gather(
            parts.optional(at.monitoring.status(as_of=as_of, programme=programme)),
            parts.optional(at.monitoring.status(as_of=week_ago, programme=programme)),
            _timeline(gateway, settings, parts, programme, today),
            parts.optional(at.monitoring.provinces(as_of=as_of, programme=programme)),
            _changes(gateway, parts, past),
            _attention(gateway, parts, programme, past),
        )
    )


def _chosen(programmes: Sequence[Programme] | None, slug: str | None, default: str) -> Programme:
    if programmes is None:
        # `tasks` is away: the figures of a programme can still be shown under its short name.
        return Programme(slug=slug or default, name_vi=slug or default)
    by_slug = {programme.slug: programme for programme in programmes}
    if slug:
        if slug not in by_slug:
            raise PageNotFound
        return by_slug[slug]
    if default in by_slug:
        return by_slug[default]
    return programmes[0] if programmes else Programme(slug=default, name_vi=default)


def _first(programmes: Sequence[Programme], slug: str) -> list[Programme]:
    """The programme with this slug before the others."""
    return sorted(programmes, key=lambda programme: programme.slug != slug)


async def _timeline(
    gateway: Gateway, settings: Settings, parts: Parts, programme: str | None, today: date
) -> Timeline | None:
    start = today - timedelta(days=settings.timeline_days)
    ask = gateway.monitoring.timeline
    weekly = await parts.optional(ask(programme=programme, start=start.isoformat(), end=today.isoformat(), step="week"))
    points = trimmed(weekly.points if weekly else [])
    if points and (today - points[0].date).days <= _DAILY_UP_TO_DAYS:
        first = max(points[0].date, today - timedelta(days=_DAILY_UP_TO_DAYS))
        daily = await parts.optional(
            ask(programme=programme, start=first.isoformat(), end=today.isoformat(), step="day")
        )
        return daily or weekly
    return weekly


def _chart(
    timeline: Timeline | None,
    programme: Programme,
    past: date | None,
    today: date,
    status: Status | None,
) -> Callable[[], TimelineChart] | None:
    points: Sequence[TimelinePoint] = trimmed(timeline.points if timeline else [])
    if past and status:
        points = with_day(points, past, status.tasks)
    return partial(draw, points, past or today, report_days(programme.slug)) if drawable(points) else None


def _units(provinces: Provinces | None) -> Callable[[], UnitMap] | None:
    return partial(unit_map, provinces.items) if provinces and provinces.items else None


async def _changes(gateway: Gateway, parts: Parts, past: date | None) -> Changes | None:
    return None if past else await parts.optional(gateway.monitoring.changes(limit=MOST))


async def _attention(gateway: Gateway, parts: Parts, programme: str | None, past: date | None) -> Attention | None:
    return None if past else await parts.optional(gateway.monitoring.attention(programme=programme))
