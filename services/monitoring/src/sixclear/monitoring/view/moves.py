"""What one interval of an entity changes in the figures, and on which civil day, pure.

An interval adds its cells when it begins, changes them just after each boundary that it lives to see, and takes away
what it has left when it ends. So the sum of all moves up to an instant is what was counted at that instant.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, TypeAlias, TypeVar
from uuid import UUID

from msgspec import Struct

from sixclear.common.clock import civil_date
from sixclear.monitoring.kinds.kind import Amount, Counted, Kind, Phase
from sixclear.monitoring.view.states import TICK, PlaceOf, place_of

F = TypeVar("F", bound=Struct)

DAY, MONTH = "d", "m"

# A cell (measure, slot) changes on a civil day; by time alone just at the last instant, where that is not None.
Move: TypeAlias = tuple[str, str, date, datetime | None]


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


def another_end(entity_id: UUID, facts: Any, before: Interval, after: Interval) -> Iterator[Piece]:
    """What an interval gains or loses by another beginning or end. Only what differs: courses can be cut anywhere."""
    if before.began != after.began:
        yield Piece(entity_id, -1, facts, before)
        yield Piece(entity_id, 1, facts, after)
    elif after.ended is not None and (before.ended is None or after.ended < before.ended):
        yield Piece(entity_id, -1, facts, Interval(after.ended, before.ended))
    elif before.ended is not None and before.ended != after.ended:
        yield Piece(entity_id, 1, facts, Interval(before.ended, after.ended))


def moves(kind: Kind[F], pieces: Iterable[Piece]) -> dict[PlaceOf, dict[Move, Amount]]:
    """The sums of what pieces bring and take at each place, those of the future too: no timer is needed for them.

    What cancels out does not appear. A report ends an interval and begins another one that is counted alike: that is
    seen from the facts, or from their phases, before any move is made of them.
    """
    left: dict[tuple[UUID, Interval], list[tuple[int, F]]] = defaultdict(list)
    for entity_id, sign, facts, interval in pieces:
        if facts is None or (interval.ended is not None and interval.ended <= interval.began):
            continue
        here = left[entity_id, interval]
        other = next((one for one in here if one[0] == -sign and _is_like(kind, one[1], facts)), None)
        if other is None:
            here.append((sign, facts))
        else:
            here.remove(other)
    amounts: dict[PlaceOf, dict[Move, Amount]] = defaultdict(lambda: defaultdict(int))
    for (_, interval), held in left.items():
        for sign, facts in held:
            at_place = amounts[place_of(kind, facts)]
            for move, amount in _moves(kind.phases(facts), interval):
                at_place[move] += sign * amount
    return {place: {move: n for move, n in moved.items() if n} for place, moved in amounts.items()}


def _is_like(kind: Kind[F], one: F, other: F) -> bool:
    """Whether both are counted the same at any instant."""
    if kind.counts_alike(one, other):
        return True
    return place_of(kind, one) == place_of(kind, other) and kind.phases(one) == kind.phases(other)


def _steps(
    course: Sequence[Phase], interval: Interval
) -> Iterator[tuple[datetime, datetime | None, Sequence[Counted]]]:
    """When an interval enters which cells; by time alone at the second instant, where that is not None."""
    began, ended = interval
    cells: Sequence[Counted] = ()
    later = []
    for phase in course:
        if phase.after is None or phase.after < began:
            cells = phase.cells
        elif ended is None or phase.after < ended:
            later.append((phase.after + TICK, phase.cells))
    yield began, None, cells
    for after, cells in later:
        yield after, after, cells
    if ended is not None:
        yield ended, None, ()


def _moves(course: Sequence[Phase], interval: Interval) -> Iterator[tuple[Move, Amount]]:
    counted: Sequence[Counted] = ()
    for at, crossed_at, cells in _steps(course, interval):
        day = civil_date(at)
        for measure, slot, amount in counted:
            yield (measure, slot, day, crossed_at), -amount
        for measure, slot, amount in cells:
            yield (measure, slot, day, crossed_at), amount
        counted = cells
