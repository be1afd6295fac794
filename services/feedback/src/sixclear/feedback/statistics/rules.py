"""Which figures of a table are told, so that none of few people can be read or computed. Pure: no database, no clock.

A table has a row for each group (a place, a field) and a column for each state; its margins are public.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

# A figure of fewer could be one person's; zero is nobody's.
LEAST = 5
Group = TypeVar("Group")
Cell = tuple[int, int]
STATES = ("answered_in_time", "answered_late", "waiting", "overdue", "closed_without_answer")
RATINGS = ("solved", "partly", "not_solved", "silent")
_ANSWERED = (0, 1)
# The row of all groups without one of their own; what is counted under this name has no other.
OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Told:
    """A row of a table: None stands for what is not told."""

    group: str
    code: str | None
    name_vi: str | None
    name_en: str | None
    received: int
    states: Sequence[int | None]
    ratings: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Statistics:
    """The table of a year by one kind of group, with the whole."""

    by: str
    year: int
    received_before: date
    as_of: datetime
    whole: Told
    demonstration: int
    rows: Sequence[Told]


@dataclass(frozen=True, slots=True)
class Counted:
    """A group as it is counted, before anything is left out."""

    group: str
    code: str | None
    name_vi: str | None
    name_en: str | None
    states: tuple[int, ...]
    ratings: tuple[int, ...]


def too_few(number: int) -> bool:
    """Whether a figure could be one person's."""
    return 0 < number < LEAST


def named_groups(sizes: Mapping[Group, int], nameless: Collection[Group] = ()) -> list[Group]:
    """The groups that have a row of their own, in their order; the others are one row together, without their names.

    Those are the `nameless` ones, and those with fewer than five cases. Where they have fewer than five together, the
    smallest of the named ones goes with them, for their sum can be computed from the whole. A group without a row has
    few cases or none: nobody can tell which.
    """
    named = {group: size for group, size in sizes.items() if size >= LEAST and group not in nameless}
    rest = sum(sizes.values()) - sum(named.values())
    while too_few(rest) and named:
        smallest = min(named, key=lambda group: named[group])
        rest += named.pop(smallest)
    return list(named)


def hidden_cells(table: Sequence[Sequence[int]], unknown: Collection[int] = ()) -> frozenset[Cell]:
    """The cells, by row and column, that are not told: small ones, and those by which they could be computed.

    They are a rectangle: some rows crossed with some columns. What is hidden of a row adds up to five or more, and so
    does what is hidden of a column (or it is the whole column, whose sum is public anyway); two rows and two columns of
    it at least are not zero. Within it one case can be moved from a row to another and one back without a change of any
    margin, so none of its cells follows from them. `unknown` are rows of which no cell may be told.
    """
    small = {(row, column) for row, cells in enumerate(table) for column, cell in enumerate(cells) if too_few(cell)}
    rows = {row for row, _ in small} | set(unknown)
    if not rows or len(table) < 2:
        return frozenset()
    columns = set(range(len(table[0]))) if unknown else {column for _, column in small}
    while True:
        more = [row for row in range(len(table)) if row not in rows]
        wider = [column for column in range(len(table[0])) if column not in columns]
        narrow, short = _is_narrow(table, rows, columns, unknown), _is_short(table, rows, columns, whole=not more)
        if wider and (narrow or (short and not more)):
            columns.add(max(wider, key=lambda column: (sum(table[row][column] for row in rows), -column)))
        elif more and (short or narrow):
            rows.add(min(more, key=lambda row: (sum(table[row]) == 0, sum(table[row]), row)))
        else:
            return frozenset((row, column) for row in rows for column in columns)


def _is_narrow(table: Sequence[Sequence[int]], rows: set[int], columns: set[int], unknown: Collection[int]) -> bool:
    """Whether what is hidden of some row is one column, or few cases in all."""
    sums = [sum(table[row][column] for column in columns) for row in rows if row not in unknown]
    filled = [column for column in columns if any(table[row][column] for row in rows)]
    return len(filled) < 2 or any(map(too_few, sums))


def _is_short(table: Sequence[Sequence[int]], rows: set[int], columns: set[int], *, whole: bool) -> bool:
    """Whether what is hidden of some column is one row, or few cases in all; a whole column may have few."""
    sums = [sum(table[row][column] for row in rows) for column in columns]
    filled = [row for row in rows if any(table[row][column] for column in columns)]
    return len(filled) < 2 or (not whole and any(map(too_few, sums)))


def told_rows(groups: Sequence[Counted]) -> list[Told]:
    """The rows of a table as they are told, by code; then what is not said, and all others."""
    nameless = {place for place, one in enumerate(groups) if one.group == OTHERS}
    own = named_groups({place: sum(one.states) for place, one in enumerate(groups)}, nameless)
    rest = [one for place, one in enumerate(groups) if place not in own]
    named = sorted((groups[place] for place in own), key=lambda one: (one.code is None, one.code or ""))
    if any(sum(one.states) for one in rest):
        named.append(together(rest, OTHERS))
    states = hidden_cells([one.states for one in named])
    # Of whom nobody is told how many were answered, nobody is told how they rated.
    unknown = {row for row, column in states if column in _ANSWERED}
    unknown |= {row for row, one in enumerate(named) if too_few(sum(one.ratings))}
    ratings = hidden_cells([one.ratings for one in named], unknown)
    return [_told(one, states, ratings, row) for row, one in enumerate(named)]


def told_as_it_is(one: Counted) -> Told:
    """A row of which everything is told."""
    return _told(one, frozenset(), frozenset(), 0)


def _told(one: Counted, states: frozenset[Cell], ratings: frozenset[Cell], row: int) -> Told:
    return Told(
        one.group,
        one.code,
        one.name_vi,
        one.name_en,
        sum(one.states),
        [None if (row, column) in states else number for column, number in enumerate(one.states)],
        [None if (row, column) in ratings else number for column, number in enumerate(one.ratings)],
    )


def together(groups: Sequence[Counted], name: str) -> Counted:
    """The sums of groups, under one name."""
    states, ratings = [0] * len(STATES), [0] * len(RATINGS)
    for one in groups:
        states = [sum(pair) for pair in zip(states, one.states, strict=True)]
        ratings = [sum(pair) for pair in zip(ratings, one.ratings, strict=True)]
    return Counted(name, None, None, None, tuple(states), tuple(ratings))
