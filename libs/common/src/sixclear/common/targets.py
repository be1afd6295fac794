"""What a measured number says against its target. Pure: one rule for tasks and for monitoring.

Nothing that is not known is 0 or 100: it is None.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from itertools import pairwise
from typing import Any, Literal, Protocol

from sixclear.common.spans import Span, span_of

Direction = Literal["up", "down", "within"]
ValueType = Literal["count", "amount", "ratio", "share", "rank", "index", "yes_no"]
Bound = Literal["more_than", "less_than", "about"]
Trajectory = Literal["linear", "points"]

# What adds up: a ratio by its parts.
ADDED: frozenset[str] = frozenset({"count", "amount", "ratio"})
_MOST_CAPPED, _LEAST_CAPPED = Decimal(120), Decimal(0)
_HUNDRED = Decimal(100)
_CENT = Decimal("0.01")
# A sum of the greatest numbers, held against the smallest target, has more digits than the 28 of reckoning.
_WIDE = Context(prec=100)
# Met or not; how far is no number.
_ONLY_MET = frozenset({"rank", "yes_no"})


class Definition(Protocol):
    """What is read of how something is measured."""

    @property
    def direction(self) -> Direction:
        """Which way is better."""

    @property
    def value_type(self) -> ValueType:
        """What kind of number it is."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What was measured: a number, or the parts of a ratio. With a bound, the number is no value but a limit of it."""

    number: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    bound: Bound | None = None

    @property
    def figure(self) -> Decimal | None:
        """The number, or the ratio in percent; None for a ratio of nothing."""
        if self.denominator is None:
            return self.number
        assert self.numerator is not None
        return self.numerator * _HUNDRED / self.denominator if self.denominator else None


@dataclass(frozen=True, slots=True)
class Aim:
    """What is to be reached: a number, or the two ends of a range."""

    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Targets:
    """What one body is to reach, each by the last day of a period. `points` are those that a trajectory states."""

    trajectory: Trajectory = "linear"
    baseline: tuple[date, Decimal] | None = None
    aims: Sequence[tuple[date, Aim]] = ()
    points: Sequence[tuple[date, Decimal]] = ()


@dataclass(frozen=True, slots=True)
class Attainment:
    """How much of a target is reached, in percent, as it is and capped to 0–120; whether it is met. None: unknown."""

    percent: Decimal | None = None
    capped: Decimal | None = None
    met: bool | None = None


def rounded(figure: Decimal) -> Decimal:
    """A figure with two decimals, half up."""
    return figure.quantize(_CENT, ROUND_HALF_UP, context=_WIDE)


def attainment(definition: Definition, measure: Measure, aim: Aim | None, baseline: Decimal | None) -> Attainment:
    """What a value is of its target.

    With a baseline it is (baseline − actual) ÷ (baseline − target), whichever way is better. Without one it is actual ÷
    target where more is better, target ÷ actual where less is, each with both above 0. Ranges, ranks and yes or no are
    met or not. Of a bound only what follows from it is known.
    """
    actual = measure.figure
    if aim is None or actual is None:
        return Attainment()
    met = _met(definition, actual, measure.bound, aim)
    if definition.direction == "within" or definition.value_type in _ONLY_MET or measure.bound or aim.value is None:
        return Attainment(met=met)
    share = _share(definition.direction, actual, aim.value, baseline)
    if share is None:
        return Attainment(met=met)
    percent = rounded(share * _HUNDRED)
    return Attainment(percent, min(max(percent, _LEAST_CAPPED), _MOST_CAPPED), met)


def _share(direction: Direction, actual: Decimal, target: Decimal, baseline: Decimal | None) -> Decimal | None:
    if baseline is not None:
        return None if baseline == target else (baseline - actual) / (baseline - target)
    if direction == "up":
        return actual / target if target > 0 else None
    return target / actual if target > 0 and actual > 0 else None


def _met(definition: Definition, actual: Decimal, bound: Bound | None, aim: Aim) -> bool | None:
    if definition.direction == "within":
        if bound or aim.low is None or aim.high is None:
            return None
        return aim.low <= actual <= aim.high
    if aim.value is None or bound == "about":
        return None
    up = definition.direction == "up"
    if bound is None:
        return actual >= aim.value if up else actual <= aim.value
    # More than the target or than what is beyond it meets it; more than less of it may or may not.
    if bound == "more_than":
        return up if actual >= aim.value else None
    return not up if actual <= aim.value else None


def path_at(targets: Targets, day: date) -> Aim | None:
    """Where the trajectory stands at the end of `day`; None before it begins, after it ends, or where none is stated.

    A linear one goes straight from the baseline over each target, by days. Stated points hold for their own day only.
    """
    for at, aim in targets.aims:
        if at == day:
            return aim
    if targets.trajectory == "points":
        found = next((value for at, value in targets.points if at == day), None)
        return None if found is None else Aim(found)
    known = [] if targets.baseline is None else [targets.baseline]
    known += [(at, aim.value) for at, aim in targets.aims if aim.value is not None]
    known.sort()
    for (start, low), (end, high) in pairwise(known):
        if start <= day < end:
            return Aim(low + (high - low) * (day - start).days / (end - start).days)
    return None


def gap(definition: Definition, measure: Measure, path: Aim | None) -> tuple[Decimal | None, bool | None]:
    """The value less where it should be, and whether it is behind; None where one of both is not known.

    Of a range it is how far outside the value lies, and 0 inside. A bound has no gap.
    """
    actual = measure.figure
    if path is None or actual is None or measure.bound:
        return None, None
    if definition.direction == "within":
        if path.low is None or path.high is None:
            return None, None
        outside = min(actual - path.low, Decimal(0)) + max(actual - path.high, Decimal(0))
        return outside, bool(outside)
    if path.value is None:
        return None, None
    difference = actual - path.value
    return difference, difference < 0 if definition.direction == "up" else difference > 0


@dataclass(frozen=True, slots=True)
class Rolled:
    """What is added up of bodies: of how many, and what was reported as a bound and is not in the sum."""

    measure: Measure | None
    reported: int = 0
    bounds: int = 0


def rolled_of(
    value_type: str, reported: int, bounds: int, number: Decimal, numerator: Decimal, denominator: Decimal
) -> Rolled:
    """What sums of figures add up to. Ranks, shares and indices add up to nothing; of no value there is no sum."""
    if value_type not in ADDED or reported == bounds:
        return Rolled(None, reported, bounds)
    if value_type == "ratio":
        return Rolled(Measure(numerator=numerator, denominator=denominator), reported, bounds)
    return Rolled(Measure(number), reported, bounds)


def targets_from(content: Mapping[str, Any]) -> Targets:
    """Targets as they are written: by the keys of periods, numbers as texts."""
    baseline = content["baseline"]
    return Targets(
        trajectory=content["trajectory"],
        baseline=baseline and (_span(baseline["period"]).last, Decimal(baseline["value"])),
        aims=[(_span(one["period"]).last, Aim(*(_number(one[name]) for name in _AIM))) for one in content["targets"]],
        points=[(_span(one["period"]).last, Decimal(one["value"])) for one in content["points"]],
    )


_AIM = ("value", "low", "high")


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _span(key: str) -> Span:
    span = span_of(key)
    assert span is not None, "keys were checked when the targets were set"
    return span
