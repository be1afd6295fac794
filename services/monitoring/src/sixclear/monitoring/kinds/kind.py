"""What a kind of entity is: everything that the view must know to keep it, count it and show it, in one value.

A rule stands here twice, in Python for the fold and in SQL for counting again and for past instants. SQL is one
expression over a row `h` with the columns of the facts. `tests/integration/monitoring/kinds/` holds both together.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache, cached_property
from operator import attrgetter
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Generic,
    Literal,
    NamedTuple,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

Amount = int | Decimal
Instant = Annotated[datetime, Meta(tz=True)]

F = TypeVar("F", bound=Struct)
T = TypeVar("T")

CIVIL_ZONE = "AT TIME ZONE 'Asia/Ho_Chi_Minh'"
DIMENSIONS = ("programme", "assigned_by")
# The body of a row `h`; zero for what has none.
NO_BODY = UUID(int=0)
OWN_BODY = f"coalesce(h.organisation_id, CAST('{NO_BODY}' AS uuid))"
_TICK = timedelta(microseconds=1)
# Before every day that can be named: since then the newest version of a kind `by_its_days` holds.
BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)
# About a kilobyte each.
_KNOWN_PHASES = 5_000


class Cell(NamedTuple):
    """A place in the figures."""

    measure: str
    slot: str


class Phase(NamedTuple):
    """How facts are counted after an instant (None: from the beginning) until the next phase."""

    after: datetime | None
    values: tuple[str, ...]
    cells: "tuple[Counted, ...]"


class Place(NamedTuple):
    """A count of a source's census: of a group of its entities (empty: of the country), in one state or in all."""

    group: str
    state: str


# Not in a census itself: the sum of the states of a group.
ALL_STATES = ""


class Counted(NamedTuple):
    """What one entity adds to one cell."""

    measure: str
    slot: str
    amount: Amount = 1


@dataclass(frozen=True, slots=True)
class Rule(Generic[F, T]):
    """One rule in both languages."""

    python: Callable[[F], T]
    sql: str


@dataclass(frozen=True, slots=True)
class Step:
    """Later than the instant that the fact `instant` holds, an open entity has this value."""

    instant: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis(Generic[F]):
    """A state machine over time, stored in the column `name` of the state.

    An entity that is settled has its value for good, until an event says otherwise. An open one begins with `start`
    and takes the value of each step just after its instant; where several have passed, the last step named counts.
    """

    name: str
    start: str
    steps: tuple[Step, ...] = ()
    settled: Rule[F, str | None] = Rule(lambda _: None, "CAST(NULL AS text)")

    def value(self, facts: F, at: datetime) -> str:
        """The value at an instant."""
        value = self.settled.python(facts)
        if value is not None:
            return value
        passed = (step.value for step in reversed(self.steps) if _passed(getattr(facts, step.instant), at))
        return next(passed, self.start)

    def boundary(self, facts: F, at: datetime) -> datetime | None:
        """The next instant after which the value may change without an event."""
        found: datetime | None = None
        for step in self.steps:
            instant: datetime | None = getattr(facts, step.instant)
            if instant is not None and at <= instant and (found is None or instant < found):
                found = instant
        return None if found is None or self.settled.python(facts) is not None else found

    def instants(self, facts: F) -> set[datetime]:
        """The instants just after which time alone may change the value of an open entity."""
        return {getattr(facts, step.instant) for step in self.steps} - {None}

    @property
    def timed(self) -> bool:
        """Whether time alone may change the value."""
        return bool(self.steps)

    @property
    def instants_sql(self) -> str:
        """As `instants`, of `h`, in rows."""
        return "VALUES " + ", ".join(f"(h.{step.instant})" for step in self.steps)

    def sql(self, at: str = ":at") -> str:
        """The value of `h` at an instant."""
        passed = "".join(f" WHEN h.{step.instant} < {at} THEN '{step.value}'" for step in reversed(self.steps))
        open_value = f"CASE{passed} ELSE '{self.start}' END" if self.steps else f"'{self.start}'"
        return f"coalesce({self.settled.sql}, {open_value})"

    @property
    def boundary_sql(self) -> str:
        """The next instant after which the value of `h` may change, later than `:at` or equal to it."""
        instants = ", ".join(f"CASE WHEN h.{step.instant} >= :at THEN h.{step.instant} END" for step in self.steps)
        return f"CASE WHEN ({self.settled.sql}) IS NULL THEN least({instants}) END" if instants else "NULL"

    @property
    def ahead_sql(self) -> str:
        """Whether the stored value of `h` is that of an instant later than `:at`. Each arm has an index."""
        arms = [f"(h.{self.name} = '{step.value}' AND h.{step.instant} >= :at)" for step in self.steps]
        return " OR ".join(arms) or "false"


def _passed(instant: datetime | None, at: datetime) -> bool:
    return instant is not None and at > instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow(Generic[F]):
    """Changes of one name, counted on the civil day on which they occurred; the slot is that day.

    `latest` names the table that keeps the greatest instant of such a change, where a question asks for it.
    """

    measure: str
    change: str
    amount: Rule[F, Amount] = Rule(lambda _: 1, "1")
    latest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Amounts (SQL over `h`) of all bodies below a scope, by open facts, since an instant: see `view.sums`."""

    table: str
    keys: tuple[str, ...]
    since: str
    amounts: Mapping[str, str]


class Tally(NamedTuple):
    """Changes of one name, counted for each entity: columns of its state with how many its history has, and the latest.

    They say what its history says (`view.tallies`), in whatever order that came.
    """

    change: str
    times: str
    latest: str


class PartialIndex(NamedTuple):
    """A partial index of the states or of the history that a question needs; a column may be an expression."""

    name: str
    columns: tuple[str, ...]
    where: str


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[F]):
    """A kind of entity. `name` is the `entity_type` of its events and begins the names of its two tables.

    The facts of every kind have an `organisation_id`, `demonstration`, its dimensions, and its title if it has one.

    `stated` says in which count of its source's census a cell of a programme (empty: of all) is; None: in none.

    `rules` is raised with every change of what is read or how it is counted. `whole_in_first_release` says that rows of
    0.1.0 hold all that is read: they are only counted again; of any other kind the log is read again, too. `cells` gets
    the facts and the value of each axis; `cells_sql` is a table of (measure, slot, amount) over a row `h` that has the
    axes as columns, too, and a null slot counts nothing. No rule reads the facts that are `only_shown`. An entity that
    is not `counted` is kept and shown; one that is `hidden` is not counted, and nothing tells when and where something
    happened to it. Of a kind that is read `by_reach`, the own work of bodies is left out above its owner
    (`view.reach`). What happens to one that is not `told` stands in its figures only, not in the list of changes. Of a
    question about one of the facts that it is `narrowed_by` no counter knows: its records are looked up by an index of
    each of these facts (`view.named`). One that is counted `by_its_days` says with its newest version how it stood on
    every day; when that version was told does not matter (decision 0062).
    """

    name: str
    source: str
    rules: int
    facts: type[F]
    axes: tuple[Axis[F], ...]
    measures: tuple[str, ...]
    cells: Callable[..., Iterable[Counted]]
    cells_sql: str
    only_shown: frozenset[str] = frozenset()
    stated: Callable[[str, str, str], Place | None] = lambda _programme, _measure, _slot: None
    read: Callable[[Mapping[str, Any]], F] | None = None
    counted: Rule[F, bool] = Rule(lambda _: True, "true")
    hidden: Rule[F, bool] = Rule(lambda _: False, "false")
    flows: tuple[Flow[F], ...] = ()
    tallies: tuple[Tally, ...] = ()
    sums: Sums | None = None
    dimensions: frozenset[str] = frozenset(DIMENSIONS)
    by_reach: bool = False
    by_its_days: bool = False
    told: bool = True
    whole_in_first_release: bool = False
    narrowed_by: frozenset[str] = frozenset()
    title: str | None = "title"
    state_indexes: tuple[PartialIndex, ...] = ()
    history_indexes: tuple[PartialIndex, ...] = ()

    @property
    def topic(self) -> str:
        """Where its events are published."""
        return f"sixclear.{self.source}.{self.name}.v1"

    @property
    def timed(self) -> bool:
        """Whether time alone can change how it is counted."""
        return any(axis.timed for axis in self.axes)

    @property
    def columns(self) -> dict[str, str]:
        """The columns of its facts with their PostgreSQL types."""
        return columns_of(self.facts)

    @cached_property
    def values_of(self) -> "attrgetter[tuple[Any, ...]]":
        """What gives the facts as a row, in the order of `columns`."""
        return attrgetter(*self.columns)

    def facts_of(self, data: Mapping[str, Any]) -> F:
        """The facts in an event, whatever else it holds. Raises msgspec.ValidationError for a missing or wrong one."""
        return msgspec.convert(data, self.facts) if self.read is None else self.read(data)

    def values(self, facts: F, at: datetime) -> tuple[str, ...] | None:
        """The value of each axis at an instant; None for what is not counted."""
        if self.hidden.python(facts) or not self.counted.python(facts):
            return None
        return tuple(axis.value(facts, at) for axis in self.axes)

    def phases(self, facts: F) -> tuple[Phase, ...]:
        """How facts are counted over all time, in order; empty for what is not counted.

        Kept for what was asked last: the fold asks for a new state, and again for what it moves on which day.
        """
        key, known = self._counted_facts(facts), self._known_phases
        if "text[]" in self.columns.values():  # a row has them as lists
            key = tuple(tuple(value) if isinstance(value, list) else value for value in key)
        found = known.get(key)
        if found is None:
            if len(known) >= _KNOWN_PHASES:
                known.clear()
            found = known[key] = tuple(Phase(*one, tuple(self.cells(facts, *one[1]))) for one in self._course(facts))
        return found

    @cached_property
    def _known_phases(self) -> dict[Any, tuple[Phase, ...]]:
        return {}

    def _course(self, facts: F) -> list[tuple[datetime | None, tuple[str, ...]]]:
        """The value of each axis from the beginning (None) and after each instant at which one changes, in order."""
        if self.hidden.python(facts) or not self.counted.python(facts):
            return []
        settled = [axis.settled.python(facts) for axis in self.axes]
        values = tuple(value or axis.start for value, axis in zip(settled, self.axes, strict=True))
        found: list[tuple[datetime | None, tuple[str, ...]]] = [(None, values)]
        open_axes = (axis for value, axis in zip(settled, self.axes, strict=True) if value is None)
        after = sorted({at for axis in open_axes for at in axis.instants(facts)})
        return found + [(at, tuple(axis.value(facts, at + _TICK) for axis in self.axes)) for at in after]

    def counts_alike(self, one: F, other: F) -> bool:
        """Whether both are counted the same at any instant, as far as that shows without counting them."""
        return bool(self._counted_facts(one) == self._counted_facts(other))

    @cached_property
    def _counted_facts(self) -> "attrgetter[Any]":
        return attrgetter(*(name for name in self.columns if name not in self.only_shown))

    def boundary(self, facts: F, at: datetime) -> datetime | None:
        """The next instant after which it may be counted elsewhere without an event."""
        if self.hidden.python(facts) or not self.counted.python(facts):
            return None
        return min(filter(None, (axis.boundary(facts, at) for axis in self.axes)), default=None)

    def counted_sql(self) -> str:
        """Whether `h` is counted at all."""
        return f"NOT h.withdrawn AND ({self.hidden.sql}) IS NOT TRUE AND ({self.counted.sql}) IS TRUE"

    def value_sql(self, axis: Axis[F], at: str = ":at") -> str:
        """The value of an axis of `h` at an instant; null for what is not counted."""
        return f"CASE WHEN {self.counted_sql()} THEN {axis.sql(at)} END"

    @property
    def values_sql(self) -> str:
        """`value AS axis` of every axis at `:at`."""
        return ", ".join(f"{self.value_sql(axis)} AS {axis.name}" for axis in self.axes)

    @property
    def boundary_sql(self) -> str:
        """As `boundary`, at `:at`."""
        if not self.timed:
            return "CAST(NULL AS timestamptz)"
        boundaries = ", ".join(axis.boundary_sql for axis in self.axes)
        return f"CASE WHEN {self.counted_sql()} THEN least({boundaries}) END"

    @property
    def ahead_sql(self) -> str:
        """Whether `h` is counted as at an instant later than `:at`: by a clock that ran ahead."""
        return "(" + " OR ".join(axis.ahead_sql for axis in self.axes) + ")"

    @property
    def stored_cells_sql(self) -> str:
        """The cells of a row `h` that has its axes, as they are stored with a state."""
        return f"""coalesce((
            SELECT jsonb_agg(jsonb_build_array(c.measure, c.slot, CAST(c.amount AS text)))
            FROM {self.cells_sql} AS c(measure, slot, amount)
            WHERE h.{self.axes[0].name} IS NOT NULL AND c.slot IS NOT NULL), '[]')"""  # noqa: S608

    @property
    def dimensions_sql(self) -> str:
        """The dimensions of `h`; one that the kind does not have is empty."""
        return ", ".join(f"{dimension_sql(self, name)} AS {name}" for name in DIMENSIONS)


def dimension_sql(kind: "AnyKind", name: str) -> str:
    """A dimension of a row `h`; one that the kind does not have is empty."""
    return f"coalesce(h.{name}, '')" if name in kind.dimensions else "''"


# Where kinds stand beside each other, each has facts of its own.
AnyKind: TypeAlias = Kind[Any]
AnyFlow: TypeAlias = Flow[Any]

_TYPES: dict[Any, str] = {
    UUID: "uuid",
    str: "text",
    bool: "boolean",
    int: "bigint",
    Decimal: "numeric",
    datetime: "timestamptz",
    date: "date",
    tuple[str, ...]: "text[]",
}


@cache
def columns_of(facts: type[Struct]) -> dict[str, str]:
    """Names and PostgreSQL types of the columns that hold these facts. Raises KeyError for a type without a column."""
    return {name: _column_type(hint) for name, hint in get_type_hints(facts).items()}


def _column_type(hint: Any) -> str:
    if get_origin(hint) in {Union, UnionType}:
        (hint,) = (item for item in get_args(hint) if item is not NoneType)
    return "text" if get_origin(hint) is Literal else _TYPES[hint]
