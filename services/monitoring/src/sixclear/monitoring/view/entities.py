"""Versions and states of entities: the part of the fold that is the same for every kind."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

import orjson
from msgspec import Struct
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.db import dump_json
from sixclear.monitoring import kinds
from sixclear.monitoring.kinds.kind import AnyKind, Counted, Kind
from sixclear.monitoring.statements import Columns, sql
from sixclear.monitoring.view.moves import Interval
from sixclear.monitoring.view.states import State, Version, whole

F = TypeVar("F", bound=Struct)

_VERSION = Columns(
    entity_id="uuid",
    version="integer",
    previous_version="integer",
    change="text",
    occurred_at="timestamptz",
    recorded_at="timestamptz",
    position="bigint",
)
_INTERVAL = Columns(valid_from="timestamptz", valid_to="timestamptz")
_STATE = Columns(entity_id="uuid", version="integer", withdrawn_version="integer", occurred_at="timestamptz")
_COUNTED = Columns(next_boundary="timestamptz", cells="jsonb")


_VERSION_ROW, _STATE_ROW = attrgetter(*_VERSION.types), attrgetter(*_STATE.types)


def _facts_row(kind: AnyKind, facts: Any) -> Sequence[Any]:
    return kind.values_of(facts) if facts is not None else [None] * len(kind.columns)


def _state_row(kind: AnyKind, state: State[Any]) -> list[Any]:
    values = state.values or [None] * len(kind.axes)
    return [*_STATE_ROW(state), *values, state.next_boundary, _cells_json(state.cells), *_facts_row(kind, state.facts)]


@lru_cache(maxsize=4096)
def _cells_json(cells: tuple[Counted, ...]) -> str:
    """Most entities of a kind are counted in the same few cells, each at its own place."""
    return dump_json([[item.measure, item.slot, str(item.amount)] for item in cells])


@lru_cache(maxsize=4096)
def _cells(stored: str | None) -> tuple[Counted, ...]:
    listed = orjson.loads(stored) if stored is not None else ()
    return tuple(Counted(measure, slot, whole(Decimal(amount))) for measure, slot, amount in listed)


def _state_columns(kind: AnyKind) -> Columns:
    return _STATE + Columns(**{axis.name: "text" for axis in kind.axes}) + _COUNTED + Columns(**kind.columns)


def _stored(kind: AnyKind, columns: Columns) -> str:
    return columns.names.replace("entity_id", f"{kind.name}_id", 1)


async def insert_versions(
    session: AsyncSession, kind: Kind[F], epoch: int, versions: Iterable[tuple[Version[F], Interval]], sequence: int
) -> set[tuple[UUID, int]]:
    """Add to the history what is not in it yet, each with its interval; the keys of what was added."""
    columns = _VERSION + _INTERVAL + Columns(**kind.columns)
    statement = sql(
        """
        INSERT INTO {kind}_history ({stored}, epoch, view_sequence)
        SELECT {selected}, :epoch, :sequence FROM {unnested}
        ON CONFLICT DO NOTHING
        RETURNING {kind}_id, version
        """,
        kind=kind.name,
        stored=_stored(kind, columns),
        selected=columns.selected,
        unnested=columns.unnested,
    )
    rows = ([*_VERSION_ROW(item), *interval, *_facts_row(kind, item.facts)] for item, interval in versions)
    result = await session.execute(statement, {**columns.values(rows), "epoch": epoch, "sequence": sequence})
    return {(row[0], row[1]) for row in result}


class Dropped(NamedTuple, Generic[F]):
    """A version that is gone, and when it was true."""

    entity_id: UUID
    facts: F
    change: str
    occurred_at: datetime
    interval: Interval


async def drop_withdrawn(
    session: AsyncSession, kind: Kind[F], epoch: int, withdrawn: Sequence[tuple[UUID, int]]
) -> list[Dropped[F]]:
    """Remove every version before the given ones; those that had facts."""
    rows = await session.execute(
        sql(
            """
            DELETE FROM {kind}_history h
            USING unnest(CAST(:ids AS uuid[]), CAST(:versions AS integer[])) AS r(entity_id, version)
            CROSS JOIN LATERAL (
                SELECT f.ctid AS place FROM {kind}_history f
                WHERE f.epoch + 0 = :epoch AND f.{kind}_id = r.entity_id AND f.version < r.version OFFSET 0
            ) AS found
            WHERE h.ctid = found.place
            RETURNING h.{kind}_id AS entity_id, h.change, h.occurred_at, h.valid_from, h.valid_to, h.withdrawn, {facts}
            """,
            kind=kind.name,
            facts=", ".join(f"h.{name}" for name in kind.columns),
        ),
        {"epoch": epoch, "ids": [item[0] for item in withdrawn], "versions": [item[1] for item in withdrawn]},
    )
    removed = ((facts_of_row(kind, row), row) for row in rows)
    return [
        Dropped(row.entity_id, facts, row.change, row.occurred_at, Interval(row.valid_from, row.valid_to))
        for facts, row in removed
        if facts is not None
    ]


def facts_of_row(kind: Kind[F], row: Row[Any]) -> F | None:
    """The facts in a row that has them by name; None of a withdrawn version."""
    values = row._mapping
    return None if values["withdrawn"] else kind.facts(**{name: values[name] for name in kind.columns})


def _stored_state(kind: AnyKind) -> str:
    """The columns of a state `h`, as `_state` reads them."""
    axes = (axis.name for axis in kind.axes)
    columns = ("version", "withdrawn_version", "occurred_at", "withdrawn", "next_boundary", *axes, *kind.columns)
    return f"h.{kind.name}_id, CAST(h.cells AS text), " + ", ".join(f"h.{name}" for name in columns)


def _state(kind: Kind[F], row: Sequence[Any]) -> State[F]:
    entity_id, cells, version, withdrawn_version, occurred_at, withdrawn, next_boundary, *rest = row
    axes = len(kind.axes)
    values = None if rest[0] is None else tuple(rest[:axes])
    facts = None if withdrawn else kind.facts(**dict(zip(kind.columns, rest[axes:], strict=True)))
    return State(entity_id, version, withdrawn_version, occurred_at, facts, values, next_boundary, _cells(cells))


async def states_by_id(session: AsyncSession, kind: Kind[F], epoch: int, ids: Collection[UUID]) -> dict[UUID, State[F]]:
    """The known states of these entities, by their keys: see `intervals._end` for `epoch + 0`."""
    rows = await session.execute(
        sql(
            "SELECT {columns} FROM {kind}_state h"
            " WHERE h.epoch + 0 = :epoch AND h.{kind}_id = ANY(CAST(:ids AS uuid[]))",
            columns=_stored_state(kind),
            kind=kind.name,
        ),
        {"epoch": epoch, "ids": list(ids)},
    )
    return {row[0]: _state(kind, row) for row in rows}


async def replace_states(session: AsyncSession, kind: Kind[F], epoch: int, states: Iterable[State[F]]) -> None:
    """Store states; one that is older than what is stored changes nothing."""
    columns = _state_columns(kind)
    stored = _stored(kind, columns)
    await session.execute(
        sql(
            """
            INSERT INTO {kind}_state AS s ({stored}, epoch)
            SELECT {selected}, :epoch FROM {unnested}
            ON CONFLICT ({kind}_id, epoch) DO UPDATE SET {replaced} WHERE s.version <= excluded.version
            """,
            kind=kind.name,
            stored=stored,
            selected=columns.selected,
            unnested=columns.unnested,
            replaced=", ".join(f"{name} = excluded.{name}" for name in stored.split(", ")[1:]),
        ),
        {**columns.values(_state_row(kind, item) for item in states), "epoch": epoch},
    )


async def states_past_boundary(
    session: AsyncSession, kind: Kind[F], now: datetime, limit: int
) -> list[tuple[int, State[F]]]:
    """States, with their epoch, whose boundary lies before `now`; the oldest boundaries first."""
    rows = await session.execute(
        sql(
            """
            SELECT h.epoch, {columns} FROM {kind}_state h
            WHERE h.next_boundary < :now ORDER BY h.next_boundary LIMIT :limit
            """,
            columns=_stored_state(kind),
            kind=kind.name,
        ),
        {"now": now, "limit": limit},
    )
    return [(row[0], _state(kind, row[1:])) for row in rows]


async def states_ahead(session: AsyncSession, kind: Kind[F], now: datetime, limit: int) -> list[tuple[int, State[F]]]:
    """States, with their epoch, that are counted as at an instant after `now`: the clock ran ahead and was set back."""
    rows = await session.execute(
        sql(
            "SELECT h.epoch, {columns} FROM {kind}_state h WHERE {ahead} LIMIT :limit",
            columns=_stored_state(kind),
            kind=kind.name,
            ahead=kind.ahead_sql,
        ),
        {"at": now, "limit": limit},
    )
    return [(row[0], _state(kind, row[1:])) for row in rows]


async def some_ahead(session: AsyncSession, now: datetime) -> bool:
    """Whether a state of any kind is counted as at an instant after `now`."""
    ahead = (f"EXISTS (SELECT FROM {kind.name}_state h WHERE {kind.ahead_sql})" for kind in _timed())
    return bool(await session.scalar(sql("SELECT {ahead}", ahead=" OR ".join(ahead)), {"at": now}))


async def next_boundary(session: AsyncSession) -> datetime | None:
    """The earliest instant after which something is to be counted elsewhere; in the past when a timer is late."""
    boundaries = ", ".join(f"(SELECT min(next_boundary) FROM {kind.name}_state)" for kind in _timed())  # noqa: S608
    boundary: datetime | None = await session.scalar(sql("SELECT least({boundaries})", boundaries=boundaries))
    return boundary


def _timed() -> list[AnyKind]:
    return [kind for kind in kinds.KINDS if kind.timed]


async def note_gaps(
    session: AsyncSession, kind: AnyKind, epoch: int, added: Collection[tuple[UUID, int]], now: datetime
) -> int:
    """Store which predecessors of the added versions never came; how many that are."""
    result = await session.execute(
        sql(
            """
            INSERT INTO gap (source, epoch, entity_type, entity_id, missing_version, noticed_at)
            SELECT :source, :epoch, :entity_type, r.entity_id, found.previous_version, :now
            FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS integer[])) AS r(entity_id, version)
            CROSS JOIN LATERAL (
                SELECT h.previous_version FROM {kind}_history h
                WHERE h.epoch + 0 = :epoch AND h.{kind}_id = r.entity_id AND h.version = r.version
                    AND h.previous_version >= (SELECT s.withdrawn_version FROM {kind}_state s
                                               WHERE s.epoch + 0 = :epoch AND s.{kind}_id = r.entity_id)
                    AND 0 = (SELECT count(*) FROM {kind}_history p WHERE p.epoch + 0 = :epoch
                             AND p.{kind}_id = r.entity_id AND p.version = h.previous_version)
                OFFSET 0
            ) AS found
            ON CONFLICT DO NOTHING
            RETURNING entity_id
            """,
            kind=kind.name,
        ),
        {
            "source": kind.source,
            "entity_type": kind.name,
            "epoch": epoch,
            "ids": [item[0] for item in added],
            "versions": [item[1] for item in added],
            "now": now,
        },
    )
    return len(result.all())
