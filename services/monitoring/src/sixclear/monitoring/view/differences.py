"""The view against itself: states against histories, buckets against the rules, counters against records."""

from datetime import datetime

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.kinds.kind import AnyKind
from sixclear.monitoring.statements import sql
from sixclear.monitoring.view.schemas import Difference

# What time alone explains is the timer's to move, not a difference: a boundary between its last tick and now, or one
# that it crossed while the clock ran ahead.
_MISCOUNTED = """
    (h.next_boundary IS NULL OR h.next_boundary >= :at)
    AND {ahead} IS NOT TRUE
    AND ({stored}, h.next_boundary) IS DISTINCT FROM ({values}, {boundary})
"""


def _facts(kind: AnyKind, alias: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in kind.columns)


_SORTED = (
    "(SELECT jsonb_agg(cell ORDER BY cell) FROM (SELECT {cell} AS cell FROM jsonb_array_elements({cells}) AS c) AS x)"
)
_CELL = "jsonb_build_array(c ->> 0, c ->> 1, CAST(c ->> 2 AS numeric))"


async def state_differences(
    session: AsyncSession, kind: AnyKind, epoch: int, at: datetime, limit: int
) -> list[Difference]:
    """States that are not the latest version of their history."""
    rows = await session.execute(
        sql(
            """
            SELECT 'state' AS "check", CAST(coalesce(h.{kind}_id, l.{kind}_id) AS text) AS entity_id
            FROM (SELECT * FROM {kind}_state WHERE epoch = :epoch) AS h
            FULL JOIN (SELECT DISTINCT ON ({kind}_id) * FROM {kind}_history WHERE epoch = :epoch
                       ORDER BY {kind}_id, version DESC) AS l ON l.{kind}_id = h.{kind}_id
            WHERE (h.version, {stored}) IS DISTINCT FROM (l.version, {latest})
            LIMIT :limit
            """,
            kind=kind.name,
            stored=_facts(kind, "h"),
            latest=_facts(kind, "l"),
        ),
        {"epoch": epoch, "limit": limit},
    )
    return [{"source": kind.source, "kind": kind.name, **row._mapping} for row in rows]


async def rule_differences(
    session: AsyncSession, kind: AnyKind, epoch: int, at: datetime, limit: int
) -> list[Difference]:
    """States that are not counted as the rules of this release say; another release's are another generation."""
    rows = await session.execute(
        sql(
            """
            SELECT 'bucket' AS "check", CAST(h.{kind}_id AS text) AS entity_id
            FROM {kind}_state h WHERE h.epoch = :epoch AND {miscounted}
            UNION ALL
            SELECT 'cells', CAST(h.{kind}_id AS text)
            FROM {kind}_state h WHERE h.epoch = :epoch AND {stored} IS DISTINCT FROM {by_rule}
            LIMIT :limit
            """,
            kind=kind.name,
            stored=_SORTED.format(cell=_CELL, cells="h.cells"),
            by_rule=_SORTED.format(cell=_CELL, cells=kind.stored_cells_sql),
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


async def repair_states(session: AsyncSession, kind: AnyKind, epoch: int, at: datetime) -> None:
    """Make states again from the latest version of their history, counted as at the instant `at`."""
    facts, axes = list(kind.columns), [axis.name for axis in kind.axes]
    stored = ["version", "withdrawn_version", "occurred_at", *facts, *axes, "next_boundary", "cells"]
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
            INSERT INTO {kind}_state AS s (epoch, {kind}_id, {stored})
            SELECT :epoch, h.{kind}_id, h.version,
                coalesce((SELECT max(w.version) FROM {kind}_history w
                          WHERE w.epoch = :epoch AND w.{kind}_id = h.{kind}_id AND w.withdrawn), 0),
                h.occurred_at, {facts}, {axes}, {boundary}, {cells}
            FROM (
                SELECT h.*, {values} FROM (
                    SELECT DISTINCT ON ({kind}_id) * FROM {kind}_history WHERE epoch = :epoch
                    ORDER BY {kind}_id, version DESC
                ) AS h
            ) AS h
            ON CONFLICT ({kind}_id, epoch) DO UPDATE SET {replaced}
            """,
            kind=kind.name,
            stored=", ".join(stored),
            facts=_facts(kind, "h"),
            axes=", ".join(f"h.{name}" for name in axes),
            values=kind.values_sql,
            boundary=kind.boundary_sql,
            cells=kind.stored_cells_sql,
            replaced=", ".join(f"{name} = excluded.{name}" for name in stored),
        ),
        values,
    )


async def insert_reconciliation(session: AsyncSession, at: datetime, differences: list[Difference]) -> None:
    """Store what a comparison found."""
    statement = sql("INSERT INTO reconciliation (checked_at, differences) VALUES (:at, :differences)")
    await session.execute(
        statement.bindparams(bindparam("differences", type_=JSONB)), {"at": at, "differences": differences}
    )


async def close_reconciliations(session: AsyncSession, at: datetime) -> None:
    """Say that what was found is repaired."""
    await session.execute(sql("UPDATE reconciliation SET repaired_at = :at WHERE repaired_at IS NULL"), {"at": at})
