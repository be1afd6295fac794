"""The timeline: the four states over days as a stacked step chart, in coordinates that need no script to draw.

Horizontal places are percent of the chart's width, areas are paths in a box from 0 to 1, so one drawing fits
every screen and keeps its marks undistorted.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sixclear.portal.pages.public.home.report_days import ReportDay
from sixclear.portal.shell.bars import BUCKETS
from sixclear.portal.upstream.monitoring import TaskCounts, TimelinePoint
from sixclear.portal.upstream.tasks import Bucket

_TICKS = 4
_PADDING = 0.012


@dataclass(frozen=True, slots=True)
class Band:
    """One state's area. `area` is a closed path and `edge` its upper line, both in a box of 1 by 1."""

    bucket: Bucket
    area: str
    edge: str


@dataclass(frozen=True, slots=True)
class Placed:
    """Something at a place along an axis, in percent."""

    at: str
    day: date | None = None
    value: int | None = None
    report: ReportDay | None = None


@dataclass(frozen=True, slots=True)
class TimelineChart:
    """All that is needed to draw the timeline. `data` is what a script needs to say the figures of a day:
    each point as its day and its counts, in the order of `BUCKETS`."""

    first: date
    last: date
    days: int
    chosen: date
    cursor: Placed
    bands: tuple[Band, ...]
    months: tuple[Placed, ...]
    levels: tuple[Placed, ...]
    reports: tuple[Placed, ...]
    points: tuple[TimelinePoint, ...]
    data: str


def trimmed(points: Iterable[TimelinePoint]) -> list[TimelinePoint]:
    """`points` by day, from the first one with a task."""
    found = sorted(points, key=lambda point: point.date)
    first = next((index for index, point in enumerate(found) if point.total), len(found))
    return found[first:]


def with_day(points: Sequence[TimelinePoint], day: date, counts: TaskCounts) -> list[TimelinePoint]:
    """`points` with `day` as one of them, when it lies between their ends; a week's figures are not its days'."""
    if not points or not points[0].date <= day <= points[-1].date:
        return list(points)
    own = TimelinePoint(date=day, **counts.model_dump(include={"total", *BUCKETS}))
    return sorted([*(point for point in points if point.date != day), own], key=lambda point: point.date)


def drawable(points: Sequence[TimelinePoint]) -> bool:
    """Whether there is something to draw."""
    return len(points) > 1 and any(point.total for point in points)


def draw(points: Sequence[TimelinePoint], chosen: date, reports: Sequence[ReportDay]) -> TimelineChart:
    """The chart of `points` (ascending by day) that are `drawable`."""
    first, last = points[0].date, points[-1].date
    days = (last - first).days
    top = _round_top(max(point.total for point in points))
    places = [(point.date - first).days / days / (1 + _PADDING) for point in points]
    return TimelineChart(
        first=first,
        last=last,
        days=days,
        chosen=min(max(chosen, first), last),
        cursor=_at_day(min(max(chosen, first), last), first, days),
        bands=tuple(_bands(points, places, top)),
        months=tuple(_at_day(day, first, days) for day in _months(first, last)),
        levels=tuple(_at_level(top * step // _TICKS, top) for step in range(1, _TICKS + 1)),
        reports=tuple(_at_day(report.day, first, days, report) for report in reports if first <= report.day <= last),
        points=tuple(points),
        data=json.dumps(
            [[point.date.isoformat(), *(getattr(point, bucket) for bucket in BUCKETS)] for point in points]
        ),
    )


def _bands(points: Sequence[TimelinePoint], places: Sequence[float], top: int) -> Iterable[Band]:
    below = [0 for _ in points]
    for bucket in BUCKETS:
        above = [base + getattr(point, bucket) for base, point in zip(below, points, strict=True)]
        lower = _steps(places, [1 - value / top for value in below])
        upper = _steps(places, [1 - value / top for value in above])
        yield Band(bucket, f"{_path(upper)}{_path(list(reversed(lower)), 'L')}Z", _path(upper))
        below = above


def _steps(places: Sequence[float], heights: Sequence[float]) -> list[tuple[float, float]]:
    # A state holds until the next one is known: steps, not slopes.
    corners: list[tuple[float, float]] = []
    for index, (place, height) in enumerate(zip(places, heights, strict=True)):
        if index:
            corners.append((place, heights[index - 1]))
        corners.append((place, height))
    corners.append((1.0, heights[-1]))
    return corners


def _path(corners: Sequence[tuple[float, float]], start: str = "M") -> str:
    return start + "L".join(f"{x:.4f} {y:.4f}" for x, y in corners)


def _at_day(day: date, first: date, days: int, report: ReportDay | None = None) -> Placed:
    place = 100 * (day - first).days / days / (1 + _PADDING)
    return Placed(f"{place:.2f}%", day=day, report=report)


def _at_level(value: int, top: int) -> Placed:
    place = 100 * (1 - value / top)
    return Placed(f"{place:.2f}%", value=value)


def _months(first: date, last: date) -> Iterable[date]:
    span = (last.year - first.year) * 12 + last.month - first.month
    step = 1 if span <= 7 else 3 if span <= 30 else 12
    for number in range(span + 1):
        year, month = divmod(first.month - 1 + number, 12)
        day = date(first.year + year, month + 1, 1)
        if day >= first and (month % step == 0) and day <= last - timedelta(days=5):
            yield day


def _round_top(value: int) -> int:
    """The smallest of 4, 8, 20, 40, 80, … times a power of ten that holds `value`; a quarter of it is an axis step."""
    size = 1
    while True:
        for leading in (4, 6, 8, 10, 12, 14, 16, 20, 24, 28, 32):
            if leading * size >= value and leading * size % _TICKS == 0:
                return leading * size
        size *= 10
