"""The fold, pure: which version of an entity stands, and in which counters it is counted at an instant."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

from msgspec import Struct

from sixclear.common.clock import civil_date
from sixclear.monitoring.kinds.kind import DIMENSIONS, Amount, AnyFlow, Counted, Kind

COUNTRY = UUID(int=0)
WITHDRAWN = "withdrawn"

F = TypeVar("F", bound=Struct)


@dataclass(frozen=True, slots=True)
class Version(Generic[F]):
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


@dataclass(frozen=True, slots=True)
class State(Generic[F]):
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


class Reach(NamedTuple):
    """One of the scopes, programmes and assigning levels under which something is counted."""

    scope: UUID
    programme: str
    assigned_by: str


class Happened(NamedTuple):
    """A change that a flow counts, where and when it occurred."""

    flow: AnyFlow
    organisation_id: UUID | None
    programme: str
    assigned_by: str
    occurred_at: datetime
    amount: Amount

    @property
    def leaf(self) -> Leaf:
        """Where it is counted first: on its civil day."""
        return Leaf(*self[1:4], self.flow.measure, civil_date(self.occurred_at).isoformat())


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
    values = kind.values(state.facts, at)
    cells = () if values is None else tuple(kind.cells(state.facts, *values))
    return replace(state, values=values, next_boundary=kind.boundary(state.facts, at), cells=cells)


def place_of(kind: Kind[F], facts: F) -> tuple[UUID | None, str, str]:
    """The organisation and the dimensions of an entity; one that its kind does not have is empty."""
    programme, assigned_by = (getattr(facts, name) or "" if name in kind.dimensions else "" for name in DIMENSIONS)
    return getattr(facts, "organisation_id"), programme, assigned_by  # noqa: B009 (every kind has it)


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
            yield Happened(flow, *place_of(kind, facts), occurred_at, flow.amount.python(facts))


def delta(kind: Kind[F], changes: Iterable[tuple[State[F] | None, State[F]]]) -> dict[Leaf, Amount]:
    """What leaves its old cells and enters new ones; what stays does not appear.

    The old cells are those that were stored with the state, never the old facts counted by the rules of now: after a
    release that changes a bucket those would take away what was never added, and figures would be refused until a
    repair by hand. Cost: a few hundred bytes for each entity (decision 0017;
    `test_the_old_one_is_counted_by_its_own_rows_until_the_swap`).
    """
    amounts: dict[Leaf, Amount] = defaultdict(int)
    for before, after in changes:
        for item, amount in leaves(kind, before):
            amounts[item] -= amount
        for item, amount in leaves(kind, after):
            amounts[item] += amount
    return {item: amount for item, amount in amounts.items() if amount}


def reaches(organisation_id: UUID | None, programme: str, assigned_by: str, above: Sequence[UUID]) -> set[Reach]:
    """Everything under which one organisation's leaf is counted; `above` are its ancestors, itself included."""
    scopes = {COUNTRY, *above} if organisation_id is not None else {COUNTRY}
    return {Reach(s, p, a) for s in scopes for p in {"", programme} for a in {"", assigned_by}}


def rolled_up(amounts: Mapping[Leaf, Amount], ancestors: Mapping[UUID, Sequence[UUID]]) -> dict[Key, Amount]:
    """The changes of every counter above `amounts`. An organisation that is not known yet stands for itself."""
    counts: dict[Key, Amount] = defaultdict(int)
    for item, amount in amounts.items():
        if amount:
            for key in keys_above(item, ancestors):
                counts[key] += amount
    return {key: amount for key, amount in counts.items() if amount}


def keys_above(leaf: Leaf, ancestors: Mapping[UUID, Sequence[UUID]]) -> Iterable[Key]:
    """Every counter under which a leaf is counted."""
    reached = reaches(*leaf[:3], above_of(leaf.organisation_id, ancestors))
    return (Key(*reach, leaf.measure, leaf.slot) for reach in reached)


def above_of(organisation_id: UUID | None, ancestors: Mapping[UUID, Sequence[UUID]]) -> Sequence[UUID]:
    """The organisation with everything above it, as far as known."""
    return () if organisation_id is None else ancestors.get(organisation_id, (organisation_id,))


def whole(amount: Decimal | int) -> Amount:
    """The amount as an integer where it is one: figures that count things stay integers."""
    return int(amount) if amount == int(amount) else amount
