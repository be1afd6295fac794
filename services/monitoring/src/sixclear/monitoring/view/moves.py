"""What one interval of an entity changes in the figures, and on which civil day, pure.

An interval adds its cells when it begins, changes them just after each boundary that it lives to see, and takes away
what it has left when it ends. So the sum of all moves up to an instant is what was counted at that instant.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeVar
from uuid import UUID

from msgspec import Struct

from sixclear.common.clock import civil_date
from sixclear.monitoring.kinds.kind import Amount, Counted, Kind
from sixclear.monitoring.view.states import COUNTRY, Key, Leaf, above_of, place_of

F = TypeVar("F", bound=Struct)

DAY, MONTH = "d", "m"
_TICK = timedelta(microseconds=1)


class Move(NamedTuple):
    """A leaf changes on a civil day; by time alone just at `crossed_at`, where that is not None."""

    leaf: Leaf
    day: date
    crossed_at: datetime | None


class DayKey(NamedTuple):
    """A row of the changes by day, or of the sum of those of a month, whose day is its first."""

    key: Key
    period: str
    day: date
    crossed_at: datetime | None


class Interval(NamedTuple):
    """When a version was true: until `ended` (None: still). One that ends as it begins never was."""

    began: datetime
    ended: datetime | None


def moves(kind: Kind[F], facts: F | None, interval: Interval) -> Iterator[tuple[Move, Amount]]:
    """Every move of a version that was true in an interval, those of the future too: no timer is needed for them."""
    began, ended = interval
    if facts is None or (ended is not None and ended <= began):
        return
    counted = _cells(kind, facts, began)
    yield from _moved(kind, facts, began, None, counted, 1)
    boundary = kind.boundary(facts, began)
    while boundary is not None and (ended is None or boundary < ended):
        after = boundary + _TICK
        crossed = _cells(kind, facts, after)
        yield from _moved(kind, facts, after, after, counted, -1)
        yield from _moved(kind, facts, after, after, crossed, 1)
        counted, boundary = crossed, kind.boundary(facts, after)
    if ended is not None:
        yield from _moved(kind, facts, ended, None, counted, -1)


def _cells(kind: Kind[F], facts: F, at: datetime) -> Sequence[Counted]:
    values = kind.values(facts, at)
    return () if values is None else tuple(kind.cells(facts, *values))


def _moved(
    kind: Kind[F], facts: F, at: datetime, crossed_at: datetime | None, cells: Iterable[Counted], sign: int
) -> Iterator[tuple[Move, Amount]]:
    place, day = place_of(kind, facts), civil_date(at)
    for item in cells:
        yield Move(Leaf(*place, item.measure, item.slot), day, crossed_at), sign * item.amount


def undone(changes: Iterable[tuple[Move, Amount]]) -> Iterator[tuple[Move, Amount]]:
    """The same moves, taken back."""
    return ((move, -amount) for move, amount in changes)


def net(changes: Iterable[tuple[Move, Amount]]) -> dict[Move, Amount]:
    """The sums of moves; what cancels out (a report, which changes no cell) does not appear."""
    amounts: dict[Move, Amount] = defaultdict(int)
    for move, amount in changes:
        amounts[move] += amount
    return {move: amount for move, amount in amounts.items() if amount}


def of_bodies(amounts: Mapping[Move, Amount]) -> dict[DayKey, Amount]:
    """The rows of the bodies themselves; what has no body is the country's own."""
    rows: dict[DayKey, Amount] = defaultdict(int)
    for move, amount in amounts.items():
        key = Key(move.leaf.organisation_id or COUNTRY, *move.leaf[1:])
        for period in _periods(key, move):
            rows[period] += amount
    return rows


def of_those_above(amounts: Mapping[Move, Amount], ancestors: Mapping[UUID, Sequence[UUID]]) -> dict[DayKey, Amount]:
    """The rows of what is above the bodies, the country last: by programme and level, and for all of them."""
    rows: dict[DayKey, Amount] = defaultdict(int)
    for move, amount in amounts.items():
        body, programme, assigned_by, measure, slot = move.leaf
        if body is None:
            continue
        for scope in {COUNTRY, *above_of(body, ancestors)} - {body}:
            for under in {(p, a) for p in {"", programme} for a in {"", assigned_by}}:
                for period in _periods(Key(scope, *under, measure, slot), move):
                    rows[period] += amount
    return rows


def _periods(key: Key, move: Move) -> tuple[DayKey, DayKey]:
    return DayKey(key, DAY, move.day, move.crossed_at), DayKey(key, MONTH, move.day.replace(day=1), None)
