"""What a roll-up adds, and what is plausible. Pure: no database, no clock. Attainment and gap: `common.targets`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sixclear.common.targets import Direction, Measure, Rolled, ValueType, rolled_of

_HUNDRED = Decimal(100)
_WHOLE = frozenset({"count", "rank", "yes_no"})


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
    if readings := two_readings(definition.value_type, definition.decimals, number):
        return [Fault(name, "two-readings", readings)]
    if definition.value_type in ("count", "amount", "ratio") and number < 0:
        found.append(Fault(name, "negative-count", "A count, an amount or a part of a ratio is 0 or more."))
    places = 0 if definition.value_type in _WHOLE else definition.decimals
    if number != round(number, places):
        detail = f"At most {places} decimals, as the indicator is defined." if places else "A whole number is meant."
        found.append(Fault(name, "too-many-decimals", detail))
    return found


def two_readings(value_type: str, decimals: int, number: Decimal) -> str | None:
    """What to say of a point that may part thousands or a fraction, such as that of 1.000; None of any other.

    An indicator with three decimals or more means a fraction; a share cannot be in thousands.
    """
    places = 0 if value_type in _WHOLE else decimals
    if (
        number.as_tuple().exponent != -3
        or places > 2
        or value_type in ("share", "yes_no")
        or not 1 <= abs(number) < 1000
    ):
        return None
    given = f"{number:f}"
    return f"The point has two readings: {given.replace('.', '')} or {given}. Write it with at most {places} decimals."


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
