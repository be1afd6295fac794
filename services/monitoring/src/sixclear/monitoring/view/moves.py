"""What one interval of an entity changes in the figures, and on which civil day, pure.

An interval adds its cells when it begins, changes them just after each boundary that it lives to see, and takes away
what it has left when it ends. So the sum of all moves up to an instant is what was counted at that instant.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from msgspec import Struct

from sixclear.common.clock import civil_date
from sixclear.monitoring.kinds.kind import Amount, Counted, Kind
from sixclear.monitoring.view.states import Leaf, place_of

F = TypeVar("F", bound=Struct)

DAY, MONTH = "d", "m"
_TICK = timedelta(microseconds=1)


class Move(NamedTuple):
    """A leaf changes on a civil day; by time alone just at `crossed_at`, where that is not None."""

    leaf: Leaf
    day: date
    crossed_at: datetime | None


class Interval(NamedTuple):
    """When a version was true: until `ended` (None: still). One that ends as it begins never was."""

    began: datetime
    ended: datetime | None


class Piece(NamedTuple):
    """Facts of an entity that hold in an interval from now on (1), or do no more (-1)."""

    entity_id: UUID
    sign: int
    facts: Any
    interval: Interval


class _Step(NamedTuple):
    at: datetime
    crossed_at: datetime | None
    cells: Sequence[Counted]


class _Course(NamedTuple):
    """How facts are counted over an interval: where, and from when on in which cells."""

    place: tuple[UUID | None, str, str]
    steps: tuple[_Step, ...]


def another_end(entity_id: UUID, facts: Any, before: Interval, after: Interval) -> Iterator[Piece]:
    """What an interval gains or loses by another beginning or end. Only what differs: courses can be cut anywhere."""
    if before.began != after.began:
        yield Piece(entity_id, -1, facts, before)
        yield Piece(entity_id, 1, facts, after)
    elif after.ended is not None and (before.ended is None or after.ended < before.ended):
        yield Piece(entity_id, -1, facts, Interval(after.ended, before.ended))
    elif before.ended is not None and before.ended != after.ended:
        yield Piece(entity_id, 1, facts, Interval(before.ended, after.ended))


def moves(kind: Kind[F], pieces: Iterable[Piece]) -> dict[Move, Amount]:
    """The sums of what pieces bring and take, those of the future too: no timer is needed for them.

    What cancels out does not appear. A report ends an interval and begins another one that is counted alike: that is
    seen from the facts, before any move is made of them.
    """
    left: dict[tuple[UUID, Interval], list[tuple[int, Any]]] = defaultdict(list)
    for entity_id, sign, facts, interval in pieces:
        if facts is None or (interval.ended is not None and interval.ended <= interval.began):
            continue
        here = left[entity_id, interval]
        other = next((one for one in here if one[0] == -sign and kind.counts_alike(one[1], facts)), None)
        if other is None:
            here.append((sign, facts))
        else:
            here.remove(other)
    amounts: dict[Move, Amount] = defaultdict(int)
    for (_, interval), held in left.items():
        for sign, facts in held:
            for move, amount in _moves(_course(kind, facts, interval)):
                amounts[move] += sign * amount
    return {move: amount for move, amount in amounts.items() if amount}


def _course(kind: Kind[F], facts: F, interval: Interval) -> _Course:
    began, ended = interval
    steps = [_Step(began, None, _cells(kind, facts, began))]
    boundary = kind.boundary(facts, began)
    while boundary is not None and (ended is None or boundary < ended):
        after = boundary + _TICK
        steps.append(_Step(after, after, _cells(kind, facts, after)))
        boundary = kind.boundary(facts, after)
    if ended is not None:
        steps.append(_Step(ended, None, ()))
    return _Course(place_of(kind, facts), tuple(steps))


def _cells(kind: Kind[F], facts: F, at: datetime) -> Sequence[Counted]:
    values = kind.values(facts, at)
    return () if values is None else tuple(kind.cells(facts, *values))


def _moves(course: _Course) -> Iterator[tuple[Move, Amount]]:
    counted: Sequence[Counted] = ()
    for at, crossed_at, cells in course.steps:
        day = civil_date(at)
        for sign, changed in ((-1, counted), (1, cells)):
            for item in changed:
                yield Move(Leaf(*course.place, item.measure, item.slot), day, crossed_at), sign * item.amount
        counted = cells
