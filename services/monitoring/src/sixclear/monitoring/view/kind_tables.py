"""The tables of a kind, derived from it: its states, its history, and the latest instants of its flows."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Computed,
    Date,
    Index,
    Integer,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.dialects.postgresql import UUID as PgUUID

from sixclear.monitoring.kinds.kind import DIMENSIONS, NO_BODY, AnyFlow, AnyKind, PartialIndex

_TYPES: dict[str, Any] = {
    "uuid": PgUUID(as_uuid=True),
    "text": Text(),
    "text[]": ARRAY(Text()),
    "boolean": Boolean(),
    "integer": Integer(),
    "bigint": BigInteger(),
    "numeric": Numeric(),
    "timestamptz": TIMESTAMP(timezone=True),
    "date": Date(),
}


def state_table(kind: AnyKind, metadata: MetaData) -> Table:
    """Every entity of a kind as it is now, and how it is counted.

    Each axis is a column, null for what is not counted; after `next_boundary` the entity is counted elsewhere.
    `cells` are those in which it is counted, so that they can be taken away by a release with other rules. A tally is
    counted beside the rest, from the history. Versions
    below `withdrawn_version` are gone for good; an entity that is withdrawn has no facts.
    """
    name = f"{kind.name}_state"
    table = Table(
        name,
        metadata,
        *_facts(kind),
        *_columns(epoch="integer", version="integer", withdrawn_version="integer", occurred_at="timestamptz"),
        *(Column(axis.name, Text) for axis in kind.axes),
        Column("next_boundary", TIMESTAMP(timezone=True)),
        Column("cells", JSONB),
        *(Column(one.times, Integer, nullable=False, server_default=text("0")) for one in kind.tallies),
        *(Column(one.latest, TIMESTAMP(timezone=True)) for one in kind.tallies),
        Column("withdrawn", Boolean, Computed("version = withdrawn_version", persisted=False)),
        PrimaryKeyConstraint(f"{kind.name}_id", "epoch", name=f"pk_{name}"),
        postgresql_with={"fillfactor": 80},
    )
    Index(f"ix_{name}_organisation_id", table.c.epoch, table.c.organisation_id)
    if kind.timed:
        Index(f"ix_{name}_next_boundary", table.c.next_boundary, postgresql_where=table.c.next_boundary.is_not(None))
    for axis in kind.axes:
        for step in axis.steps:
            counted = table.c[axis.name] == text(f"'{step.value}'")
            Index(f"ix_{name}_{step.value}", table.c[step.instant], postgresql_where=counted)
    _add_indexes(table, kind.state_indexes)
    return table


def _add_indexes(table: Table, indexes: Iterable[PartialIndex]) -> None:
    for index in indexes:
        columns = (table.c[column] if column in table.c else text(column) for column in index.columns)
        Index(f"ix_{table.name}_{index.name}", *columns, postgresql_where=text(index.where), _table=table)


def history_table(kind: AnyKind, metadata: MetaData) -> Table:
    """Every published version of the entities of a kind, true from `valid_from` until `valid_to` (null: still).

    `position` is that of its event in the log; null in a row of a release that did not keep it (0.1.0).
    """
    name = f"{kind.name}_history"
    table = Table(
        name,
        metadata,
        *_facts(kind),
        *_columns(epoch="integer", version="integer"),
        Column("previous_version", Integer),
        *_columns(change="text", occurred_at="timestamptz", recorded_at="timestamptz", valid_from="timestamptz"),
        Column("valid_to", TIMESTAMP(timezone=True)),
        *_columns(view_sequence="bigint"),
        Column("position", BigInteger),
        Column("withdrawn", Boolean, Computed("change = 'withdrawn'", persisted=False)),
        PrimaryKeyConstraint(f"{kind.name}_id", "epoch", "version", name=f"pk_{name}"),
        # Room for the end of an interval: it is written later, in another batch, and touches no index then.
        postgresql_with={"fillfactor": 85},
    )
    Index(f"ix_{name}_valid_from", table.c.epoch, table.c.valid_from)
    Index(f"ix_{name}_recorded_at", table.c.recorded_at)
    Index(f"ix_{name}_view_sequence", table.c.view_sequence)
    Index(f"ix_{name}_position", "epoch", "position", postgresql_where=table.c.position.is_not(None), _table=table)
    for flow in kind.flows:
        happened = text(f"change = '{flow.change}'")
        Index(f"ix_{name}_{flow.measure}s", table.c.epoch, table.c.occurred_at, postgresql_where=happened)
        _add_indexes(table, _by_place(kind, flow))
    _add_indexes(table, kind.history_indexes)
    return table


def _by_place(kind: AnyKind, flow: AnyFlow) -> Iterable[PartialIndex]:
    """Where the latest changes of each body are found (`view.latest`), and of each entity (`view.named`)."""
    where = f"change = '{flow.change}'"
    if flow.latest is not None:
        dimensions = (f"coalesce({name}, '')" for name in DIMENSIONS if name in kind.dimensions)
        yield PartialIndex(
            f"{flow.measure}s_of_bodies", ("epoch", "organisation_id", *dimensions, "occurred_at"), where
        )
    if kind.narrowed_by:
        # One without a fact is looked up by none: 250 of the 3,600 bytes of log that a report costs.
        columns = "epoch", f"{kind.name}_id", f"coalesce(organisation_id, '{NO_BODY}'::uuid)", "occurred_at"
        yield PartialIndex(f"{flow.measure}s_of_{kind.name}s", columns, f"{where} AND {has_a_fact(kind)}")


def has_a_fact(kind: AnyKind, row: str = "") -> str:
    """Whether a row has a fact that a question may name."""
    return "(" + " OR ".join(f"{row}{name} IS NOT NULL" for name in sorted(kind.narrowed_by)) + ")"


def latest_table(flow: AnyFlow, metadata: MetaData) -> Table:
    """The greatest instant of a flow's change; the keys are those of `counter`."""
    assert flow.latest is not None
    keys = {"epoch": "integer", "scope": "uuid", "programme": "text", "assigned_by": "text"}
    return Table(
        flow.latest,
        metadata,
        *_columns(**keys, at="timestamptz"),
        PrimaryKeyConstraint(*keys, name=f"pk_{flow.latest}"),
        postgresql_with={"fillfactor": 70},
    )


def sums_table(kind: AnyKind, metadata: MetaData) -> Table:
    """What is added up of all bodies below a scope (zero: the country), by the civil day since which it holds."""
    sums = kind.sums
    assert sums is not None
    keys = {"epoch": "integer", "scope": "uuid", **{name: kind.columns[name] for name in sums.keys}, "day": "date"}
    return Table(
        sums.table,
        metadata,
        *_columns(**keys, **dict.fromkeys(sums.amounts, "numeric")),
        PrimaryKeyConstraint(*keys, name=f"pk_{sums.table}"),
        postgresql_with={"fillfactor": 80},
    )


def kind_tables(kind: AnyKind, metadata: MetaData) -> list[Table]:
    """The tables of a kind: its migration makes these."""
    latest = [latest_table(flow, metadata) for flow in kind.flows if flow.latest is not None]
    sums = [sums_table(kind, metadata)] if kind.sums is not None else []
    return [state_table(kind, metadata), history_table(kind, metadata), *latest, *sums]


def _facts(kind: AnyKind) -> list[Column[Any]]:
    facts = (Column(name, _TYPES[of_type]) for name, of_type in kind.columns.items())
    return [Column(f"{kind.name}_id", _TYPES["uuid"], nullable=False), *facts]


def _columns(**types: str) -> list[Column[Any]]:
    return [Column(name, _TYPES[of_type], nullable=False) for name, of_type in types.items()]
