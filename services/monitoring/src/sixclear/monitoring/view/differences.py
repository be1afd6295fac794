"""The view against itself: states against histories, buckets against the rules, counters against records."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.kinds import rules
from sixclear.monitoring.statements import sql
from sixclear.monitoring.view.entities import FACTS
from sixclear.monitoring.view.states import Kind

_BUCKET = {"task": rules.TASK_BUCKET, "submission": rules.SUBMISSION_BUCKET, "entry": rules.ENTRY_BUCKET}
_BOUNDARY = {"task": rules.TASK_BOUNDARY, "submission": rules.SUBMISSION_BOUNDARY, "entry": "CAST(NULL AS timestamptz)"}

_AHEAD = {"task": rules.TASK_AHEAD, "submission": rules.SUBMISSION_AHEAD, "entry": "false"}

# What time alone explains is the timer's to move, not a difference: a boundary between its last tick and now, or one
# that it crossed while the clock ran ahead.
_MISCOUNTED = """
    (h.next_boundary IS NULL OR h.next_boundary >= :at)
    AND {ahead} IS NOT TRUE
    AND (h.bucket, h.next_boundary) IS DISTINCT FROM ({bucket}, {boundary})
"""


def _facts(kind: Kind[Any], alias: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in FACTS[kind.name].types)


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
                bucket=_BUCKET[kind.name], boundary=_BOUNDARY[kind.name], ahead=_AHEAD[kind.name]
            ),
        ),
        {"epoch": epoch, "at": at, "limit": limit},
    )
    return [{"source": kind.source, "kind": kind.name, **row._mapping} for row in rows]


async def repair_states(session: AsyncSession, kind: Kind[Any], epoch: int, at: datetime) -> None:
    """Make states again from the latest version of their history, counted as at the instant `at`."""
    facts = list(FACTS[kind.name].types)
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
                (epoch, {kind}_id, version, withdrawn_version, occurred_at, {names}, bucket, next_boundary)
            SELECT DISTINCT ON (h.{kind}_id) :epoch, h.{kind}_id, h.version,
                coalesce((SELECT max(w.version) FROM {kind}_history w
                          WHERE w.epoch = :epoch AND w.{kind}_id = h.{kind}_id AND w.change = 'withdrawn'), 0),
                h.occurred_at, {facts}, {bucket}, {boundary}
            FROM {kind}_history h WHERE h.epoch = :epoch
            ORDER BY h.{kind}_id, h.version DESC
            ON CONFLICT ({kind}_id, epoch) DO UPDATE SET {replaced}
            """,
            kind=kind.name,
            names=", ".join(facts),
            facts=_facts(kind, "h"),
            bucket=_BUCKET[kind.name],
            boundary=_BOUNDARY[kind.name],
            replaced=", ".join(
                f"{name} = excluded.{name}"
                for name in ["version", "withdrawn_version", "occurred_at", *facts, "bucket", "next_boundary"]
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


async def open_reconciliation(session: AsyncSession) -> tuple[datetime, list[dict[str, Any]]] | None:
    """The latest comparison that found a difference which is not repaired."""
    row = (
        await session.execute(
            sql(
                """
                SELECT checked_at, differences FROM reconciliation WHERE repaired_at IS NULL
                ORDER BY reconciliation_id DESC LIMIT 1
                """
            ).columns(differences=JSONB)
        )
    ).first()
    return None if row is None else (row[0], row[1])
