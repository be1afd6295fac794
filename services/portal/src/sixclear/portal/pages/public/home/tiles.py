"""The tile map: the provinces and cities on a hand-placed grid, by territorial code.

A grid, not a geographic map: every unit has the same weight and can be read and touched on a phone.
The archipelagos stand in insets of the units that administer them. Which units there are is what monitoring answers:
one that was merged has no tile, and one that came later stands below the others.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sixclear.portal.shell.bars import Segment, segments
from sixclear.portal.upstream.monitoring import ProvinceStatus

COLUMNS = 6


@dataclass(frozen=True, slots=True)
class Place:
    """Where the tile of a unit stands: row and column from 1."""

    code: str
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Inset:
    """An archipelago in an inset, with the code of the unit that administers it."""

    name: str
    unit_code: str
    row: int
    column: int


PLACES: tuple[Place, ...] = tuple(
    Place(code, row, column)
    for row, line in enumerate(
        (
            ".  12 15 08 04 .",
            "11 14 25 19 20 .",
            ".  .  01 24 22 .",
            ".  .  37 33 31 .",
            ".  .  38 .  .  .",
            ".  .  40 .  .  .",
            ".  .  42 .  .  .",
            ".  .  .  44 .  .",
            ".  .  .  46 .  .",
            ".  .  .  .  48 .",
            ".  .  .  .  51 .",
            ".  .  .  .  52 .",
            ".  .  .  .  66 .",
            ".  .  .  68 56 .",
            ".  80 75 79 .  .",
            "91 82 86 .  .  .",
            "96 92 .  .  .  .",
        ),
        start=1,
    )
    for column, code in enumerate(line.split(), start=1)
    if code != "."
)

INSETS: tuple[Inset, ...] = (
    Inset("Hoàng Sa", "48", 10, 6),
    Inset("Trường Sa", "56", 15, 6),
)


@dataclass(frozen=True, slots=True)
class Tile:
    """One unit on the tile map."""

    place: Place
    status: ProvinceStatus
    bar: Sequence[Segment]


@dataclass(frozen=True, slots=True)
class InsetTile:
    """An inset with the figures of the unit that administers it, if they are known."""

    inset: Inset
    owner: ProvinceStatus | None


@dataclass(frozen=True, slots=True)
class UnitMap:
    """All units that there are, and the insets."""

    tiles: Sequence[Tile]
    insets: Sequence[InsetTile]


def unit_map(provinces: Sequence[ProvinceStatus]) -> UnitMap:
    """The figures of each unit at its place, in the order of the places."""
    by_code = {province.code: province for province in provinces}
    known = [place for place in PLACES if place.code in by_code]
    return UnitMap(
        tiles=[_tile(place, by_code[place.code]) for place in [*known, *_places_of_others(by_code)]],
        insets=[InsetTile(inset, by_code.get(inset.unit_code)) for inset in INSETS],
    )


def _places_of_others(codes: Collection[str]) -> list[Place]:
    """Rows below the grid, for units that were not there when it was drawn."""
    first = max(place.row for place in PLACES) + 1
    others = sorted(set(codes) - {place.code for place in PLACES})
    return [Place(code, first + number // COLUMNS, 1 + number % COLUMNS) for number, code in enumerate(others)]


def _tile(place: Place, status: ProvinceStatus) -> Tile:
    return Tile(place, status, segments(status))
