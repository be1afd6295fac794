"""What is rolled up of bodies below a scope, pure: sums by level, corrected by the few bodies that these do not fit.

A roll-up adds the measured bodies that have none below them that is. Sums hold all bodies of a level; so what bodies
above others say is taken away, and what is measured by name beside the levels is added.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeAlias
from uuid import UUID

from sixclear.common.targets import Rolled, rolled_of


class Slot(NamedTuple):
    """A period of an indicator."""

    indicator_id: UUID
    last_day: date
    period: str


@dataclass(frozen=True, slots=True)
class Measured:
    """Of whom an indicator is measured: of all bodies of some levels, and of some by name."""

    levels: frozenset[str]
    bodies: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Body:
    """A body that sums do not fit by its level alone: others are below it, it is named, or it has ended.

    `above` are those above it; `below` the levels of bodies below it that have not ended.
    """

    organisation_id: UUID
    level: str
    ended: bool
    above: frozenset[UUID]
    below: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fitted:
    """What is expected to report, and whose own figures are taken from the sums (-1), are added to them (1)."""

    expected: int
    signs: Mapping[UUID, int]
    ended: frozenset[UUID]


class Sum(NamedTuple):
    """What bodies said together by one definition; `number` and the parts of ratios without bounds."""

    reported: int = 0
    bounds: int = 0
    number: Decimal = Decimal(0)
    numerator: Decimal = Decimal(0)
    denominator: Decimal = Decimal(0)

    def plus(self, other: "Sum", sign: int = 1) -> "Sum":
        """Both together, or without the other (-1)."""
        return Sum(
            self.reported + sign * other.reported,
            self.bounds + sign * other.bounds,
            self.number + sign * other.number,
            self.numerator + sign * other.numerator,
            self.denominator + sign * other.denominator,
        )


# By the level of the bodies and the number of the definition.
Sums: TypeAlias = Mapping[tuple[str, int], Sum]
# What a body itself said: by which definition.
Own: TypeAlias = Mapping[UUID, tuple[int, Sum]]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is rolled up, by the newest definition in it, and of how many of how many bodies."""

    rolled: Rolled
    definition: int | None
    expected: int
    other_definition: int = 0

    @property
    def whole(self) -> bool:
        """Whether each body reported, by one definition and not as a bound: only then it is held against a target."""
        return self.rolled.reported == self.expected > 0 and not self.rolled.bounds


def fitted(measured: Measured, counts: Mapping[str, int], bodies: Sequence[Body]) -> Fitted:
    """How sums by level become a roll-up; `counts` are the bodies below the scope that have not ended, by level."""
    above_named = {
        one for body in bodies if body.organisation_id in measured.bodies and not body.ended for one in body.above
    }
    signs, ended = {}, set()
    expected = sum(counts.get(level, 0) for level in measured.levels)
    for body in bodies:
        of_level = body.level in measured.levels
        covers = bool(body.below & measured.levels) or body.organisation_id in above_named
        lowest = (of_level or body.organisation_id in measured.bodies) and not covers
        if lowest != of_level:
            signs[body.organisation_id] = 1 if lowest else -1
            expected += 0 if body.ended else signs[body.organisation_id]
        if lowest and body.ended:
            ended.add(body.organisation_id)
    return Fitted(expected, signs, frozenset(ended))


def rolled_up(measured: Measured, fit: Fitted, sums: Sums, own: Own, value_types: Mapping[int, str]) -> Coverage:
    """What bodies below a scope said for a period; `value_types` are those of the definitions."""
    told: dict[int, Sum] = defaultdict(Sum)
    for (level, definition), one in sums.items():
        if level in measured.levels:
            told[definition] = told[definition].plus(one)
    for body, sign in fit.signs.items():
        if body in own:
            definition, one = own[body]
            told[definition] = told[definition].plus(one, sign)
    by_definition = {number: one for number, one in told.items() if one.reported}
    expected = fit.expected + sum(1 for body in fit.ended if body in own)
    if not by_definition:
        return Coverage(Rolled(None), None, expected)
    newest = max(by_definition)
    one = by_definition[newest]
    rolled = rolled_of(value_types[newest], one.reported, one.bounds, one.number, one.numerator, one.denominator)
    others = sum(other.reported for number, other in by_definition.items() if number != newest)
    return Coverage(rolled, newest, expected, others)


def gathered(rows: Iterable[tuple[str, int, Sum]]) -> Sums:
    """Rows of one level and definition together."""
    found: dict[tuple[str, int], Sum] = defaultdict(Sum)
    for level, definition, one in rows:
        found[level, definition] = found[level, definition].plus(one)
    return found
