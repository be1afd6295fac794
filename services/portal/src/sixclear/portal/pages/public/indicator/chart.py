"""The series of an indicator as a line: what was reported, the way to the target, and the targets themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from sixclear.portal.upstream.results import PeriodFigure

# Of these zero means nothing: an axis from zero on would only press the line flat.
_WITHOUT_ZERO = frozenset({"rank", "index"})
_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
_LEVELS = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """A period at its place, in percent of the chart."""

    x: str
    y: str
    point: PeriodFigure


@dataclass(frozen=True, slots=True)
class Line:
    """From one period to the next one."""

    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True, slots=True)
class Level:
    """A value of the axis at its height."""

    value: Decimal
    y: str


@dataclass(frozen=True, slots=True)
class SeriesChart:
    """A period without a figure breaks the line: nothing is drawn for what is not known."""

    figures: tuple[Mark, ...]
    lines: tuple[Line, ...]
    path: tuple[Line, ...]
    targets: tuple[Mark, ...]
    levels: tuple[Level, ...]
    first: PeriodFigure
    last: PeriodFigure


def draw(points: Sequence[PeriodFigure], value_type: str) -> SeriesChart | None:
    """The chart of a series, None for one without any figure; what cannot be a height (yes or no) is not drawn."""
    if value_type == "yes_no" or not any(point.figure is not None for point in points):
        return None
    levels = _levels(points, from_zero=value_type not in _WITHOUT_ZERO)
    low, high = levels[0], levels[-1]
    first, last = points[0], points[-1]
    days = max((last.last_day - first.last_day).days, 1)

    def x(point: PeriodFigure) -> str:
        share = (point.last_day - first.last_day).days / days if len(points) > 1 else 0.5
        return f"{4 + 92 * share:.2f}%"

    def y(value: Decimal) -> str:
        return f"{100 * (high - value) / (high - low):.2f}%"

    def joined(name: str) -> tuple[Line, ...]:
        known = [(a, b, getattr(a, name), getattr(b, name)) for a, b in pairwise(points)]
        return tuple(Line(x(a), y(v), x(b), y(w)) for a, b, v, w in known if v is not None and w is not None)

    aimed = [(point, point.target.value) for point in points if point.target is not None]
    return SeriesChart(
        figures=tuple(Mark(x(point), y(point.figure), point) for point in points if point.figure is not None),
        lines=joined("figure"),
        path=joined("path"),
        targets=tuple(Mark(x(point), y(value), point) for point, value in aimed if value is not None),
        levels=tuple(Level(value, y(value)) for value in levels),
        first=first,
        last=last,
    )


def _levels(points: Sequence[PeriodFigure], *, from_zero: bool) -> list[Decimal]:
    """Round values that enclose all that is drawn, the lowest first."""
    drawn = [value for point in points for value in (point.figure, point.path) if value is not None]
    drawn += [point.target.value for point in points if point.target and point.target.value is not None]
    low, high = min(drawn), max(drawn)
    if from_zero:
        low, high = min(low, Decimal(0)), max(high, Decimal(0))
    step = _step((high - low) / _LEVELS if high > low else Decimal(1))
    below = low // step * step - (step if low < 0 and low % step else 0)
    levels = [below]
    while levels[-1] < high or len(levels) < 2:
        levels.append(levels[-1] + step)
    return levels


def _step(least: Decimal) -> Decimal:
    """The smallest of 1, 2, 2.5, 5 and their tens that is not below `least`."""
    ten = Decimal(10) ** least.adjusted()
    return next(ten * step for step in _STEPS if ten * step >= least)
