"""The fold, pure: which version of an entity stands, and in which counters it is counted at an instant."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from operator import add
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from sixclear.common.clock import civil_date
from sixclear.monitoring.kinds.kind import Amount, AnyFlow, Counted, Kind

COUNTRY = UUID(int=0)
WITHDRAWN = "withdrawn"

F = TypeVar("F", bound=Struct)
T = TypeVar("T")

# What is counted beside each other at one place: organisation, programme and assigning level.
PlaceOf: TypeAlias = tuple[UUID | None, str, str]
TICK = timedelta(microseconds=1)


class Version(Struct, Generic[F], frozen=True):
    """A published version of an entity; `facts` is None in the one by which it was withdrawn.

    `position` is that of its event in the log.
    """

    entity_id: UUID
    version: int
    previous_version: int | None
    change: str
    occurred_at: datetime
    recorded_at: datetime
    facts: F | None
    position: int | None = None


class State(Struct, Generic[F], frozen=True):
    """An entity's greatest version, and how it is counted until `next_boundary`: by the value of each axis, or not.

    `cells` are those in which it is counted, by the rules of when it was stored.
    """

    entity_id: UUID
    version: int
    withdrawn_version: int
    occurred_at: datetime
    facts: F | None
    values: tuple[str, ...] | None = None
    next_boundary: datetime | None = None
    cells: tuple[Counted, ...] = ()


class Leaf(NamedTuple):
    """A cell of one organisation, before it is rolled up."""

    organisation_id: UUID | None
    programme: str
    assigned_by: str
    measure: str
    slot: str


class Key(NamedTuple):
    """A counter: `scope` is an organisation and all below it, empty `programme` and `assigned_by` mean all."""

    scope: UUID
    programme: str
    assigned_by: str
    measure: str
    slot: str


# One of the scopes, programmes and assigning levels under which something is counted.
Reach: TypeAlias = tuple[UUID, str, str]


class Happened(NamedTuple):
    """A change that a flow counts: on its civil day first, and when it occurred."""

    flow: AnyFlow
    leaf: Leaf
    occurred_at: datetime
    amount: Amount


def folded(kind: Kind[F], before: State[F] | None, versions: Sequence[Version[F]], at: datetime) -> State[F]:
    """The state after `versions`, in whatever order they came, counted as at the instant `at`.

    Only a greater version replaces what is known; one by which the entity was withdrawn also ends all before it.
    """
    newest = max(versions, key=lambda item: item.version)
    withdrawn = max((item.version for item in versions if item.facts is None), default=0)
    if before is not None:
        withdrawn = max(withdrawn, before.withdrawn_version)
        if before.version >= newest.version:
            newest = Version(before.entity_id, before.version, None, "", before.occurred_at, at, before.facts)
    state = State(newest.entity_id, newest.version, withdrawn, newest.occurred_at, newest.facts)
    return counted_at(kind, state, at)


def counted_at(kind: Kind[F], state: State[F], at: datetime) -> State[F]:
    """The same state, counted as at the instant `at`."""
    if state.facts is None:
        return replace(state, values=None, next_boundary=None, cells=())
    current, boundary = None, None
    for phase in kind.phases(state.facts):
        if phase.after is not None and phase.after >= at:
            boundary = phase.after
            break
        current = phase
    if current is None:
        return replace(state, values=None, next_boundary=None, cells=())
    return replace(state, values=current.values, next_boundary=boundary, cells=current.cells)


def place_of(kind: Kind[F], facts: F) -> PlaceOf:
    """The organisation and the dimensions of an entity; one that its kind does not have is empty."""
    of: Any = facts  # every kind has an organisation
    has = kind.dimensions
    programme = of.programme or "" if "programme" in has else ""
    return of.organisation_id, programme, of.assigned_by or "" if "assigned_by" in has else ""


def leaves(kind: Kind[F], state: State[F] | None) -> Iterable[tuple[Leaf, Amount]]:
    """Every leaf in which `state` is counted, with its amount."""
    if state is None or state.facts is None:
        return
    place = place_of(kind, state.facts)
    for item in state.cells:
        yield Leaf(*place, item.measure, item.slot), item.amount


def happened(kind: Kind[F], facts: F, change: str, occurred_at: datetime) -> Iterable[Happened]:
    """What the flows of a kind count of one change."""
    for flow in kind.flows:
        if flow.change == change:
            leaf = Leaf(*place_of(kind, facts), flow.measure, civil_date(occurred_at).isoformat())
            yield Happened(flow, leaf, occurred_at, flow.amount.python(facts))


def delta(kind: Kind[F], changes: Iterable[tuple[State[F] | None, State[F]]]) -> dict[Leaf, Amount]:
    """What leaves its old cells and enters new ones; what stays does not appear.

    The old cells are those that were stored with the state, never the old facts counted by the rules of now: after a
    release that changes a bucket those would take away what was never added, and figures would be refused until a
    repair by hand. Cost: a few hundred bytes for each entity (decision 0017;
    `test_the_old_one_is_counted_by_its_own_rows_until_the_swap`).
    """
    amounts: dict[Leaf, Amount] = defaultdict(int)
    for before, after in changes:
        if before is not None and _stays(kind, before, after):
            continue
        for item, amount in leaves(kind, before):
            amounts[item] -= amount
        for item, amount in leaves(kind, after):
            amounts[item] += amount
    return {item: amount for item, amount in amounts.items() if amount}


def _stays(kind: Kind[F], before: State[F], after: State[F]) -> bool:
    if before.facts is None or after.facts is None:
        return False
    return before.cells == after.cells and place_of(kind, before.facts) == place_of(kind, after.facts)


def rolled_up(amounts: Mapping[Leaf, Amount], ancestors: Mapping[UUID, Sequence[UUID]]) -> dict[Key, Amount]:
    """The changes of every counter above `amounts`. An organisation that is not known yet stands for itself."""
    by_scope: dict[Key, Amount] = {}
    for (organisation_id, *rest), amount in amounts.items():
        for scope in (*above_of(organisation_id, ancestors), COUNTRY):
            _put(by_scope, (scope, *rest), amount, add)
    return {key: amount for key, amount in for_all(by_scope, add).items() if amount}


def latest_above(times: Mapping[Leaf, datetime], ancestors: Mapping[UUID, Sequence[UUID]]) -> dict[Key, datetime]:
    """The greatest instant of every counter above `times`."""
    by_scope: dict[Key, datetime] = {}
    for (organisation_id, *rest), at in times.items():
        for scope in (*above_of(organisation_id, ancestors), COUNTRY):
            _put(by_scope, (scope, *rest), at, max)
    return for_all(by_scope, max)


def for_all(found: Mapping[Any, T], join: Callable[[T, T], T]) -> dict[Any, T]:
    """With what is counted for all programmes and all assigning levels, which stand second and third in a key.

    Scopes are gathered before, so that only what differs there is multiplied: half of the steps of doing each apart.
    """
    levels = dict(found)
    for key, value in found.items():
        if key[2]:
            _put(levels, (key[0], key[1], "", *key[3:]), value, join)
    programmes = dict(levels)
    for key, value in levels.items():
        if key[1]:
            _put(programmes, (key[0], "", *key[2:]), value, join)
    return programmes


def _put(found: dict[Any, T], key: tuple[Any, ...], value: T, join: Callable[[T, T], T]) -> None:
    known = found.get(key)
    found[key] = value if known is None else join(known, value)


def above_of(organisation_id: UUID | None, ancestors: Mapping[UUID, Sequence[UUID]]) -> Sequence[UUID]:
    """The organisation with everything above it, as far as known."""
    return () if organisation_id is None else ancestors.get(organisation_id, (organisation_id,))


def whole(amount: Decimal | int) -> Amount:
    """The amount as an integer where it is one: figures that count things stay integers."""
    return int(amount) if amount == int(amount) else amount
