"""Counters: changed by deltas, and counted again from the records when they must be compared or made again."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.kinds import kinds_of
from sixclear.monitoring.kinds.kind import CIVIL_ZONE, Amount, AnyKind
from sixclear.monitoring.statements import Columns, Write, sql
from sixclear.monitoring.view.schemas import Difference
from sixclear.monitoring.view.states import COUNTRY, Key, whole

_COUNTER = Columns(
    scope="uuid",
    programme="text",
    assigned_by="text",
    measure="text",
    slot="text",
    n="bigint",
    fraction="numeric",
    latest="timestamptz",
)

# What stands under every scope, programme and assigning level above it, as the fold rolls it up.
ROLLED_UP = """
    CROSS JOIN LATERAL unnest(
        coalesce(o.ancestors, array_remove(ARRAY[l.organisation_id], NULL)) || CAST(:country AS uuid)) AS scope
    CROSS JOIN LATERAL (SELECT '' AS programme UNION SELECT l.programme) AS p
    CROSS JOIN LATERAL (SELECT '' AS assigned_by UNION SELECT l.assigned_by) AS a
"""


def _leaves(source: str) -> str:
    """Every cell in which a record of a source is counted in `:epoch`: as stored with its state, and by its history."""
    return " UNION ALL ".join(part for kind in kinds_of(source) for part in (_cells(kind), *_flows(kind)))


def _cells(kind: AnyKind) -> str:
    return f"""
        SELECT h.organisation_id, {kind.dimensions_sql},
            c.cell ->> 0 AS measure, c.cell ->> 1 AS slot, CAST(c.cell ->> 2 AS numeric) AS amount,
            CAST(NULL AS timestamptz) AS at
        FROM {kind.name}_state h CROSS JOIN LATERAL jsonb_array_elements(h.cells) AS c(cell) WHERE h.epoch = :epoch
    """  # noqa: S608 (constants of this package)


# The slot of a flow: the civil day of a change.
DAY = f"to_char(h.occurred_at {CIVIL_ZONE}, 'YYYY-MM-DD')"


def _flows(kind: AnyKind) -> Iterable[str]:
    for flow in kind.flows:
        yield f"""
            SELECT h.organisation_id, {kind.dimensions_sql}, '{flow.measure}',
                {DAY}, {flow.amount.sql}, {"h.occurred_at" if flow.latest else "CAST(NULL AS timestamptz)"}
            FROM {kind.name}_history h WHERE h.epoch = :epoch AND h.change = '{flow.change}'
        """  # noqa: S608 (constants of this package)


def _counted(source: str) -> str:
    """Every counter of a source, counted from the records."""
    return f"""
        SELECT scope, p.programme, a.assigned_by, l.measure, l.slot, sum(l.amount) AS amount, max(l.at) AS latest
        FROM ({_leaves(source)}) AS l
        LEFT JOIN organisation_state o ON o.epoch = :organisations_epoch AND o.organisation_id = l.organisation_id
        {ROLLED_UP}
        GROUP BY scope, p.programme, a.assigned_by, l.measure, l.slot
    """  # noqa: S608 (constants of this package)


def counter_write(
    source: str, epoch: int, deltas: Mapping[Key, Amount], latest: Mapping[Key, datetime] | None = None
) -> Write | None:
    """Adds to counters; those of a flow keep the greatest instant of their day. One transaction does at a time."""
    at = latest or {}
    keys = {*deltas, *at}
    if not keys:
        return None
    statement = sql(
        """
        INSERT INTO counter AS c (source, epoch, {names}) SELECT :source, :epoch, {selected} FROM {unnested}
        ON CONFLICT (source, epoch, scope, programme, assigned_by, measure, slot) DO UPDATE
            SET n = c.n + excluded.n, fraction = c.fraction + excluded.fraction,
                latest = greatest(c.latest, excluded.latest)
        """,
        names=_COUNTER.names,
        selected=_COUNTER.selected,
        unnested=_COUNTER.unnested,
    )
    rows = ([*key, *_parts(deltas.get(key, 0)), at.get(key)] for key in keys)
    return statement, {"source": source, "epoch": epoch, **_COUNTER.values(rows)}


async def add_to_counters(session: AsyncSession, source: str, epoch: int, deltas: Mapping[Key, Amount]) -> None:
    """Add to counters, in a statement of its own."""
    write = counter_write(source, epoch, deltas)
    if write is not None:
        await session.execute(*write)


# What is larger is money: sums of it are no bigints.
_LARGE = 10**11


def _parts(amount: Amount) -> tuple[int, Amount]:
    """The whole number in an amount, and the rest; a large amount is all rest."""
    n = int(amount) if -_LARGE < amount < _LARGE else 0
    return n, amount - n


def plain(row: Mapping[Any, Any]) -> Difference:
    """A difference as it can be stored in JSON."""
    return {name: _as_json(value) for name, value in row.items()}


def _as_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        amount = whole(value)
        return amount if isinstance(amount, int) else float(amount)
    return value.isoformat() if isinstance(value, datetime) else value


async def rebuild_counters(session: AsyncSession, source: str, epoch: int, organisations_epoch: int) -> None:
    """Count a source's records again, all of them, and replace its counters."""
    values = {"source": source, "epoch": epoch, "organisations_epoch": organisations_epoch, "country": COUNTRY}
    await session.execute(sql("DELETE FROM counter WHERE source = :source AND epoch = :epoch"), values)
    await session.execute(
        sql(
            """
            INSERT INTO counter (source, epoch, scope, programme, assigned_by, measure, slot, n, fraction, latest)
            SELECT :source, :epoch, scope, programme, assigned_by, measure, slot, n, amount - n, latest
            FROM ({counted}) AS counted
            CROSS JOIN LATERAL (SELECT CASE WHEN abs(amount) < {large} THEN trunc(amount) ELSE 0 END AS n) AS parts
            """,
            counted=_counted(source),
            large=str(_LARGE),
        ),
        values,
    )


async def counter_differences(
    session: AsyncSession, source: str, epoch: int, organisations_epoch: int, limit: int, *, with_latest: bool = True
) -> list[Difference]:
    """Counters that differ from a count of the records, both sides of one snapshot.

    Not `with_latest`: their latest instants are not compared, for a release before did not keep them.
    """
    rows = await session.execute(
        sql(
            """
            SELECT CAST(scope AS text) AS scope, programme, assigned_by, measure, slot,
                coalesce(k.amount, 0) AS counted, coalesce(c.amount, 0) AS counter
            FROM ({counted}) AS k
            FULL JOIN (SELECT scope, programme, assigned_by, measure, slot, n + fraction AS amount, latest FROM counter
                       WHERE source = :source AND epoch = :epoch) AS c
                USING (scope, programme, assigned_by, measure, slot)
            WHERE coalesce(k.amount, 0) <> coalesce(c.amount, 0) {latest}
            LIMIT :limit
            """,
            counted=_counted(source),
            latest="OR k.latest IS DISTINCT FROM c.latest" if with_latest else "",
        ),
        {
            "source": source,
            "epoch": epoch,
            "organisations_epoch": organisations_epoch,
            "country": COUNTRY,
            "limit": limit,
        },
    )
    return [{"check": "counter", "source": source, **plain(row._mapping)} for row in rows]


async def delete_epoch(session: AsyncSession, tables: Iterable[str], epoch: int, limit: int) -> int:
    """Delete at most `limit` rows of a table's epochs below `epoch`, of the first table that has some."""
    for table in tables:
        result = await session.execute(
            sql(
                "DELETE FROM {table} WHERE ctid = ANY(ARRAY("
                "SELECT ctid FROM {table} WHERE epoch < :epoch LIMIT :limit)) RETURNING 1",
                table=table,
            ),
            {"epoch": epoch, "limit": limit},
        )
        if removed := len(result.all()):
            return removed
    return 0


async def delete_source_epoch(session: AsyncSession, source: str, epoch: int, limit: int) -> int:
    """Delete at most `limit` counters, changes by day or gaps of a source's epochs below `epoch`."""
    for table in ("counter", "day_delta", "day_rollup", "gap"):
        result = await session.execute(
            sql(
                "DELETE FROM {table} WHERE ctid = ANY(ARRAY("
                "SELECT ctid FROM {table} WHERE source = :source AND epoch < :epoch LIMIT :limit)) RETURNING 1",
                table=table,
            ),
            {"source": source, "epoch": epoch, "limit": limit},
        )
        if removed := len(result.all()):
            return removed
    return 0
