"""What a value says against its target, what a roll-up adds, and what is plausible. Pure: no database, no clock.

Nothing that is not known is 0 or 100: it is None.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from uuid import UUID

from sixclear.tasks.fields import Bound, Direction, Trajectory, ValueType

ADDED: frozenset[str] = frozenset({"count", "amount", "ratio"})
_MOST_CAPPED, _LEAST_CAPPED = Decimal(120), Decimal(0)
_HUNDRED = Decimal(100)
_CENT = Decimal("0.01")
# Met or not; how far is no number.
_ONLY_MET = frozenset({"rank", "yes_no"})


@dataclass(frozen=True, slots=True)
class Definition:
    """How an indicator is measured, by one version of its definition."""

    number: int
    unit: str
    value_type: ValueType
    direction: Direction
    cumulative: bool
    period_unit: str
    decimals: int
    parts_of_whole: bool
    least: Decimal | None = None
    most: Decimal | None = None
    jump_percent: Decimal | None = None


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


@dataclass(frozen=True, slots=True)
class Rolled:
    """What is added up of bodies: of how many, and what was reported as a bound and is not in the sum."""

    measure: Measure | None
    reported: int = 0
    bounds: int = 0


def rounded(figure: Decimal) -> Decimal:
    """A figure with two decimals, half up."""
    return figure.quantize(_CENT, ROUND_HALF_UP)


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


def rolled_up(value_type: str, measures: Iterable[Measure]) -> Rolled:
    """The sum of counts and amounts, a ratio of summed parts. Ranks, shares and indices add up to nothing.

    A bound counts as reported and is not in the sum. Of no value there is no sum.
    """
    reported = bounds = 0
    number = numerator = denominator = Decimal(0)
    for one in measures:
        reported += 1
        bounds += one.bound is not None
        if one.bound is None:
            number += one.number or 0
            numerator += one.numerator or 0
            denominator += one.denominator or 0
    return rolled_of(value_type, reported, bounds, number, numerator, denominator)


def rolled_of(
    value_type: str, reported: int, bounds: int, number: Decimal, numerator: Decimal, denominator: Decimal
) -> Rolled:
    """As `rolled_up`, of sums that were made before."""
    if value_type not in ADDED or reported == bounds:
        return Rolled(None, reported, bounds)
    if value_type == "ratio":
        return Rolled(Measure(numerator=numerator, denominator=denominator), reported, bounds)
    return Rolled(Measure(number), reported, bounds)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field of a value."""

    field: str
    code: str
    detail: str

    def as_error(self) -> dict[str, str]:
        """An entry of `errors`."""
        return {"pointer": f"#/{self.field}", "code": self.code, "detail": self.detail}


def faults(definition: Definition, measure: Measure) -> list[Fault]:
    """What keeps a value from being one of the indicator."""
    if definition.value_type == "ratio":
        return _faults_of_ratio(definition, measure)
    if measure.number is None or measure.numerator is not None or measure.denominator is not None:
        return [Fault("number", "number-needed", "Give `number` alone; only a ratio has numerator and denominator.")]
    return [*_faults_of_number(definition, measure.number, "number"), *_faults_of_range(definition, measure.number)]


_RANGES: Mapping[str, tuple[Decimal | None, Decimal | None, str, str]] = {
    "share": (Decimal(0), _HUNDRED, "share-out-of-range", "A share lies between 0 and 100."),
    "rank": (Decimal(1), None, "rank-out-of-range", "A rank is 1 or more."),
    "yes_no": (Decimal(0), Decimal(1), "neither-yes-nor-no", "Write 1 for yes and 0 for no."),
}


def _faults_of_range(definition: Definition, number: Decimal) -> list[Fault]:
    low, high, code, detail = _RANGES.get(definition.value_type, (None, None, "", ""))
    outside = (low is not None and number < low) or (high is not None and number > high)
    return [Fault("number", code, detail)] if outside else []


def _faults_of_ratio(definition: Definition, measure: Measure) -> list[Fault]:
    if measure.numerator is None or measure.denominator is None or measure.number is not None:
        return [Fault("numerator", "parts-needed", "Give `numerator` and `denominator`, and no `number`.")]
    found = _faults_of_number(definition, measure.numerator, "numerator")
    found += _faults_of_number(definition, measure.denominator, "denominator")
    if definition.parts_of_whole and measure.numerator > measure.denominator:
        detail = "The numerator is a part of the denominator, and cannot be more."
        found.append(Fault("numerator", "numerator-above-denominator", detail))
    if measure.bound:
        found.append(Fault("bound", "bound-of-ratio", "A ratio has parts; give a bound to a share instead."))
    return found


def _faults_of_number(definition: Definition, number: Decimal, name: str) -> list[Fault]:
    found = []
    if definition.value_type in ("count", "amount", "ratio") and number < 0:
        found.append(Fault(name, "negative-count", "A count, an amount or a part of a ratio is 0 or more."))
    places = 0 if definition.value_type in ("count", "rank", "yes_no") else definition.decimals
    if number != round(number, places):
        detail = f"At most {places} decimals, as the indicator is defined." if places else "A whole number is meant."
        found.append(Fault(name, "too-many-decimals", detail))
    return found


def breaches(definition: Definition, measure: Measure, previous: Measure | None) -> list[str]:
    """What is not plausible of a value, by code: it may be right, and asks for a note."""
    figure = measure.figure
    if figure is None:
        return []
    found = []
    if definition.least is not None and figure < definition.least:
        found.append("below-range")
    if definition.most is not None and figure > definition.most:
        found.append("above-range")
    if not definition.parts_of_whole and definition.value_type == "ratio" and figure > _HUNDRED:
        found.append("ratio-above-100")
    last = None if previous is None else previous.figure
    jumps = definition.jump_percent is not None and last is not None and last != 0
    if jumps and abs(figure - last) * _HUNDRED > definition.jump_percent * abs(last):  # type: ignore[operator, arg-type]
        found.append("jump")
    return found


@dataclass(frozen=True, slots=True)
class Supplies:
    """Who gives whose values, by level and by body; None: the body itself. What names a body goes before its level."""

    by_level: Mapping[str, UUID | None]
    by_body: Mapping[UUID, UUID | None]

    def measures(self, organisation_id: UUID, level: str) -> bool:
        """Whether the body is one that the indicator is measured of."""
        return organisation_id in self.by_body or level in self.by_level

    def supplier(self, organisation_id: UUID, level: str) -> UUID:
        """The body that gives the values of a body that is measured."""
        named = self.by_body[organisation_id] if organisation_id in self.by_body else self.by_level.get(level)
        return named or organisation_id
