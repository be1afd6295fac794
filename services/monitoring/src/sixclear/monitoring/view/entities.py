"""Versions and states of entities: the part of the fold that is the same for every kind."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

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
_STATE = Columns(entity_id="uuid", version="integer", withdrawn_version="integer", occurred_at="timestamptz")
_COUNTED = Columns(next_boundary="timestamptz", cells="jsonb")


def _facts_row(kind: AnyKind, facts: Any) -> list[Any]:
    return [getattr(facts, name) if facts is not None else None for name in kind.columns]


def _state_row(kind: AnyKind, state: State[Any]) -> list[Any]:
    values = state.values or [None] * len(kind.axes)
    known = (getattr(state, name) for name in _STATE.types)
    cells = dump_json([[item.measure, item.slot, str(item.amount)] for item in state.cells])
    return [*known, *values, state.next_boundary, cells, *_facts_row(kind, state.facts)]


def _state_columns(kind: AnyKind) -> Columns:
    return _STATE + Columns(**{axis.name: "text" for axis in kind.axes}) + _COUNTED + Columns(**kind.columns)


def _stored(kind: AnyKind, columns: Columns) -> str:
    return columns.names.replace("entity_id", f"{kind.name}_id", 1)


async def insert_versions(
    session: AsyncSession, kind: Kind[F], epoch: int, versions: Sequence[Version[F]], sequence: int
) -> set[tuple[UUID, int]]:
    """Add to the history what is not in it yet; the keys of what was added. Intervals are made by `chain`."""
    columns = _VERSION + Columns(**kind.columns)
    statement = sql(
        """
        INSERT INTO {kind}_history ({stored}, epoch, valid_from, view_sequence)
        SELECT {selected}, :epoch, r.occurred_at, :sequence FROM {unnested}
        ON CONFLICT DO NOTHING
        RETURNING {kind}_id, version
        """,
        kind=kind.name,
        stored=_stored(kind, columns),
        selected=columns.selected,
        unnested=columns.unnested,
    )
    rows = ([*(getattr(item, name) for name in _VERSION.types), *_facts_row(kind, item.facts)] for item in versions)
    result = await session.execute(statement, {**columns.values(rows), "epoch": epoch, "sequence": sequence})
    return {(row[0], row[1]) for row in result}


class Chained(NamedTuple):
    """A version whose interval is another one now."""

    entity_id: UUID
    version: int
    facts: Any
    before: Interval
    after: Interval


async def chain(
    session: AsyncSession,
    kind: AnyKind,
    epoch: int,
    added: Collection[tuple[UUID, int]],
    known: Mapping[tuple[UUID, int], Any],
) -> list[Chained]:
    """Give each version the interval from its own time until the next one's, from the first added one on; those that
    have another one now. Facts of `known` versions are not read from their rows.

    A version that claims to have occurred before its predecessor begins where that one begins: intervals never run
    backwards, whatever the order of arrival.
    """
    rows = await session.execute(
        sql(
            """
            WITH touched AS (
                SELECT entity_id, min(version) AS version
                FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS integer[])) AS r(entity_id, version)
                GROUP BY entity_id
            ), tail AS (
                SELECT h.{kind}_id, h.version,
                    CASE WHEN h.version < t.version THEN h.valid_from ELSE h.occurred_at END AS at
                FROM touched t
                JOIN {kind}_history h ON h.epoch = :epoch AND h.{kind}_id = t.entity_id AND h.version >= coalesce(
                    (SELECT max(p.version) FROM {kind}_history p
                     WHERE p.epoch = :epoch AND p.{kind}_id = t.entity_id AND p.version < t.version), 0)
            ), opened AS (
                SELECT {kind}_id, version, max(at) OVER (PARTITION BY {kind}_id ORDER BY version) AS valid_from
                FROM tail
            ), closed AS (
                SELECT {kind}_id, version, valid_from,
                    lead(valid_from) OVER (PARTITION BY {kind}_id ORDER BY version) AS valid_to
                FROM opened
            )
            UPDATE {kind}_history h SET valid_from = c.valid_from, valid_to = c.valid_to
            FROM closed c
            WHERE h.epoch = :epoch AND h.{kind}_id = c.{kind}_id AND h.version = c.version
                AND (h.valid_from, h.valid_to) IS DISTINCT FROM (c.valid_from, c.valid_to)
            RETURNING h.{kind}_id AS entity_id, h.version, h.withdrawn, {facts},
                old.valid_from AS was_from, old.valid_to AS was_to, new.valid_from AS now_from, new.valid_to AS now_to
            """,
            kind=kind.name,
            facts=", ".join(f"h.{name}" for name in kind.columns),
        ),
        {"epoch": epoch, "ids": [item[0] for item in added], "versions": [item[1] for item in added]},
    )
    return [
        Chained(
            row.entity_id,
            row.version,
            known[key] if (key := (row.entity_id, row.version)) in known else _facts(kind, row),
            Interval(row.was_from, row.was_to),
            Interval(row.now_from, row.now_to),
        )
        for row in rows
    ]


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
            WHERE h.epoch = :epoch AND h.{kind}_id = r.entity_id AND h.version < r.version
            RETURNING h.{kind}_id AS entity_id, h.change, h.occurred_at, h.valid_from, h.valid_to, h.withdrawn, {facts}
            """,
            kind=kind.name,
            facts=", ".join(f"h.{name}" for name in kind.columns),
        ),
        {"epoch": epoch, "ids": [item[0] for item in withdrawn], "versions": [item[1] for item in withdrawn]},
    )
    removed = ((_facts(kind, row), row) for row in rows)
    return [
        Dropped(row.entity_id, facts, row.change, row.occurred_at, Interval(row.valid_from, row.valid_to))
        for facts, row in removed
        if facts is not None
    ]


def _facts(kind: Kind[F], row: Row[Any]) -> F | None:
    values = row._mapping
    return None if values["withdrawn"] else kind.facts(**{name: values[name] for name in kind.columns})


def _state(kind: Kind[F], row: Row[Any]) -> State[F]:
    values = tuple(row._mapping[axis.name] for axis in kind.axes)
    return State(
        row.entity_id,
        row.version,
        row.withdrawn_version,
        row.occurred_at,
        _facts(kind, row),
        None if values[0] is None else values,
        row.next_boundary,
        tuple(Counted(measure, slot, whole(Decimal(amount))) for measure, slot, amount in row.cells or ()),
    )


async def states_by_id(session: AsyncSession, kind: Kind[F], epoch: int, ids: Collection[UUID]) -> dict[UUID, State[F]]:
    """The known states of these entities."""
    rows = await session.execute(
        sql(
            """
            SELECT s.{kind}_id AS entity_id, s.*
            FROM {kind}_state s WHERE s.epoch = :epoch AND s.{kind}_id = ANY(CAST(:ids AS uuid[]))
            """,
            kind=kind.name,
        ),
        {"epoch": epoch, "ids": list(ids)},
    )
    return {row.entity_id: _state(kind, row) for row in rows}


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
            SELECT s.{kind}_id AS entity_id, s.* FROM {kind}_state s
            WHERE s.next_boundary < :now ORDER BY s.next_boundary LIMIT :limit
            """,
            kind=kind.name,
        ),
        {"now": now, "limit": limit},
    )
    return [(row.epoch, _state(kind, row)) for row in rows]


async def states_ahead(session: AsyncSession, kind: Kind[F], now: datetime, limit: int) -> list[tuple[int, State[F]]]:
    """States, with their epoch, that are counted as at an instant after `now`: the clock ran ahead and was set back."""
    rows = await session.execute(
        sql(
            "SELECT h.{kind}_id AS entity_id, h.* FROM {kind}_state h WHERE {ahead} LIMIT :limit",
            kind=kind.name,
            ahead=kind.ahead_sql,
        ),
        {"at": now, "limit": limit},
    )
    return [(row.epoch, _state(kind, row)) for row in rows]


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
            SELECT :source, :epoch, :entity_type, h.{kind}_id, h.previous_version, :now
            FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS integer[])) AS r(entity_id, version)
            JOIN {kind}_history h ON h.epoch = :epoch AND h.{kind}_id = r.entity_id AND h.version = r.version
            JOIN {kind}_state s ON s.epoch = :epoch AND s.{kind}_id = r.entity_id
            WHERE h.previous_version >= s.withdrawn_version AND NOT EXISTS (
                SELECT FROM {kind}_history p
                WHERE p.epoch = :epoch AND p.{kind}_id = r.entity_id AND p.version = h.previous_version)
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
