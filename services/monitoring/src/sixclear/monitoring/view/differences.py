"""The view against itself: states against histories, buckets against the rules, counters against records."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.kinds.kind import Kind
from sixclear.monitoring.statements import sql

# What time alone explains is the timer's to move, not a difference: a boundary between its last tick and now, or one
# that it crossed while the clock ran ahead.
_MISCOUNTED = """
    (h.next_boundary IS NULL OR h.next_boundary >= :at)
    AND {ahead} IS NOT TRUE
    AND ({stored}, h.next_boundary) IS DISTINCT FROM ({values}, {boundary})
"""


def _facts(kind: Kind[Any], alias: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in kind.columns)


async def state_differences(
    session: AsyncSession, kind: Kind[Any], epoch: int, at: datetime, limit: int
) -> list[dict[str, Any]]:
    """States that are not the latest version of their history, or are not counted as the rules say."""
    rows = await session.execute(
        sql(
            """
            SELECT 'state' AS "check", CAST(coalesce(h.{kind}_id, l.{kind}_id) AS text) AS entity_id
            FROM (SELECT * FROM {kind}_state WHERE epoch = :epoch) AS h
            FULL JOIN (SELECT DISTINCT ON ({kind}_id) * FROM {kind}_history WHERE epoch = :epoch
                       ORDER BY {kind}_id, version DESC) AS l ON l.{kind}_id = h.{kind}_id
            WHERE (h.version, {stored}) IS DISTINCT FROM (l.version, {latest})
            UNION ALL
            SELECT 'bucket', CAST(h.{kind}_id AS text) FROM {kind}_state h WHERE h.epoch = :epoch AND {miscounted}
            LIMIT :limit
            """,
            kind=kind.name,
            stored=_facts(kind, "h"),
            latest=_facts(kind, "l"),
            miscounted=_MISCOUNTED.format(
                stored=", ".join(f"h.{axis.name}" for axis in kind.axes),
                values=", ".join(kind.value_sql(axis) for axis in kind.axes),
                boundary=kind.boundary_sql,
                ahead=kind.ahead_sql,
            ),
        ),
        {"epoch": epoch, "at": at, "limit": limit},
    )
    return [{"source": kind.source, "kind": kind.name, **row._mapping} for row in rows]


async def repair_states(session: AsyncSession, kind: Kind[Any], epoch: int, at: datetime) -> None:
    """Make states again from the latest version of their history, counted as at the instant `at`."""
    facts, axes = list(kind.columns), [axis.name for axis in kind.axes]
    values = {"epoch": epoch, "at": at}
    await session.execute(
        sql(
            """
            DELETE FROM {kind}_state s WHERE s.epoch = :epoch AND NOT EXISTS (
                SELECT FROM {kind}_history h WHERE h.epoch = :epoch AND h.{kind}_id = s.{kind}_id)
            """,
            kind=kind.name,
        ),
        values,
    )
    await session.execute(
        sql(
            """
            INSERT INTO {kind}_state AS s
                (epoch, {kind}_id, version, withdrawn_version, occurred_at, {names}, {axes}, next_boundary)
            SELECT DISTINCT ON (h.{kind}_id) :epoch, h.{kind}_id, h.version,
                coalesce((SELECT max(w.version) FROM {kind}_history w
                          WHERE w.epoch = :epoch AND w.{kind}_id = h.{kind}_id AND w.withdrawn), 0),
                h.occurred_at, {facts}, {values}, {boundary}
            FROM {kind}_history h WHERE h.epoch = :epoch
            ORDER BY h.{kind}_id, h.version DESC
            ON CONFLICT ({kind}_id, epoch) DO UPDATE SET {replaced}
            """,
            kind=kind.name,
            names=", ".join(facts),
            facts=_facts(kind, "h"),
            axes=", ".join(axes),
            values=", ".join(kind.value_sql(axis) for axis in kind.axes),
            boundary=kind.boundary_sql,
            replaced=", ".join(
                f"{name} = excluded.{name}"
                for name in ["version", "withdrawn_version", "occurred_at", *facts, *axes, "next_boundary"]
            ),
        ),
        values,
    )


async def insert_reconciliation(session: AsyncSession, at: datetime, differences: list[dict[str, Any]]) -> None:
    """Store what a comparison found."""
    statement = sql("INSERT INTO reconciliation (checked_at, differences) VALUES (:at, :differences)")
    await session.execute(
        statement.bindparams(bindparam("differences", type_=JSONB)), {"at": at, "differences": differences}
    )


async def close_reconciliations(session: AsyncSession, at: datetime) -> None:
    """Say that what was found is repaired."""
    await session.execute(sql("UPDATE reconciliation SET repaired_at = :at WHERE repaired_at IS NULL"), {"at": at})
