"""Counters: changed by deltas, and counted again from the records when they must be compared or made anew."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.kinds import rules
from sixclear.monitoring.statements import Columns, sql
from sixclear.monitoring.view.states import COUNTRY, Key, Leaf, Reach

_COUNTER = Columns(scope="uuid", programme="text", assigned_by="text", measure="text", slot="text", n="bigint")
_REPORT = Columns(scope="uuid", programme="text", assigned_by="text", at="timestamptz")

# Every cell that a record is counted in, from the stored states; `:source` and `:epoch` choose the records.
_LEAVES = f"""
    SELECT h.organisation_id, {rules.TASK_DIMENSIONS}, c.measure, c.slot
    FROM task_state h CROSS JOIN LATERAL {rules.TASK_CELLS} AS c(measure, slot)
    WHERE CAST(:source AS text) = 'tasks' AND h.epoch = :epoch AND h.bucket IS NOT NULL AND c.slot IS NOT NULL
    UNION ALL
    SELECT h.organisation_id, {rules.TASK_DIMENSIONS}, 'report', {rules.REPORT_DAY}
    FROM task_history h
    WHERE CAST(:source AS text) = 'tasks' AND h.epoch = :epoch AND h.change = 'progress_reported'
    UNION ALL
    SELECT h.organisation_id, {rules.SUBMISSION_DIMENSIONS}, c.measure, c.slot
    FROM submission_state h CROSS JOIN LATERAL {rules.SUBMISSION_CELLS} AS c(measure, slot)
    WHERE CAST(:source AS text) = 'feedback' AND h.epoch = :epoch AND h.bucket IS NOT NULL AND c.slot IS NOT NULL
    UNION ALL
    SELECT h.organisation_id, {rules.ENTRY_DIMENSIONS}, c.measure, c.slot
    FROM entry_state h CROSS JOIN LATERAL {rules.ENTRY_CELLS} AS c(measure, slot)
    WHERE CAST(:source AS text) = 'data-catalog' AND h.epoch = :epoch AND h.bucket IS NOT NULL AND c.slot IS NOT NULL
"""  # noqa: S608 (constants of this package)

# The same, rolled up as the fold does it.
_COUNTED = f"""
    SELECT scope, p.programme, a.assigned_by, l.measure, l.slot, count(*) AS n
    FROM ({_LEAVES}) AS l
    LEFT JOIN organisation_state o ON o.epoch = :organisations_epoch AND o.organisation_id = l.organisation_id
    CROSS JOIN LATERAL unnest(
        coalesce(o.ancestors, array_remove(ARRAY[l.organisation_id], NULL)) || CAST(:country AS uuid)) AS scope
    CROSS JOIN LATERAL (SELECT '' AS programme UNION SELECT l.programme) AS p
    CROSS JOIN LATERAL (SELECT '' AS assigned_by UNION SELECT l.assigned_by) AS a
    GROUP BY scope, p.programme, a.assigned_by, l.measure, l.slot
"""  # noqa: S608 (constants of this package)


async def add_to_counters(session: AsyncSession, source: str, epoch: int, deltas: Mapping[Key, int]) -> None:
    """Add to counters, in the order of their keys."""
    if not deltas:
        return
    await session.execute(
        sql(
            """
            INSERT INTO counter AS c (source, epoch, {names}) SELECT :source, :epoch, {selected} FROM {unnested}
            ON CONFLICT (source, epoch, scope, programme, assigned_by, measure, slot) DO UPDATE SET n = c.n + excluded.n
            """,
            names=_COUNTER.names,
            selected=_COUNTER.selected,
            unnested=_COUNTER.unnested,
        ),
        {"source": source, "epoch": epoch, **_COUNTER.values([*key, deltas[key]] for key in sorted(deltas))},
    )


async def raise_last_reports(session: AsyncSession, epoch: int, times: Mapping[Reach, datetime]) -> None:
    """Move the time of the last report of each scope forward, never back."""
    if not times:
        return
    await session.execute(
        sql(
            """
            INSERT INTO last_report AS l (epoch, {names}) SELECT :epoch, {selected} FROM {unnested}
            ON CONFLICT (epoch, scope, programme, assigned_by) DO UPDATE SET at = excluded.at WHERE l.at < excluded.at
            """,
            names=_REPORT.names,
            selected=_REPORT.selected,
            unnested=_REPORT.unnested,
        ),
        {"epoch": epoch, **_REPORT.values([*reach, times[reach]] for reach in sorted(times))},
    )


async def rebuild_last_reports(session: AsyncSession, epoch: int, scopes: Collection[UUID] | None = None) -> None:
    """Make the times of the last reports anew from the history, of all scopes or of some.

    Reads every report of the epoch: only for what is rare (a withdrawn task, an organisation that moved, a repair).
    """
    values = {"epoch": epoch, "country": COUNTRY, "scopes": None if scopes is None else list(scopes)}
    await session.execute(sql("DELETE FROM last_report WHERE epoch = :epoch AND {chosen}", chosen=_CHOSEN), values)
    await session.execute(
        sql(
            """
            INSERT INTO last_report (epoch, scope, programme, assigned_by, at)
            SELECT :epoch, scope, programme, assigned_by, at FROM ({reported}) AS reported
            """,
            reported=_REPORTED,
        ),
        values,
    )


_CHOSEN = "(CAST(:scopes AS uuid[]) IS NULL OR scope = ANY(CAST(:scopes AS uuid[])))"
# The last report of each scope, programme and assigning level, as the history has it.
_REPORTED = f"""
    SELECT scope, p.programme, a.assigned_by, max(l.occurred_at) AS at
    FROM (SELECT h.organisation_id, {rules.TASK_DIMENSIONS}, h.occurred_at FROM task_history h
          WHERE h.epoch = :epoch AND h.change = 'progress_reported') AS l
    LEFT JOIN organisation_state o ON o.epoch = :epoch AND o.organisation_id = l.organisation_id
    CROSS JOIN LATERAL unnest(
        coalesce(o.ancestors, array_remove(ARRAY[l.organisation_id], NULL)) || CAST(:country AS uuid)) AS scope
    CROSS JOIN LATERAL (SELECT '' AS programme UNION SELECT l.programme) AS p
    CROSS JOIN LATERAL (SELECT '' AS assigned_by UNION SELECT l.assigned_by) AS a
    WHERE {_CHOSEN}
    GROUP BY scope, p.programme, a.assigned_by
"""  # noqa: S608 (constants)


async def last_report_differences(session: AsyncSession, epoch: int, limit: int) -> list[dict[str, Any]]:
    """Scopes, programmes and assigning levels whose last report is not the latest one in the history."""
    rows = await session.execute(
        sql(
            """
            SELECT CAST(scope AS text) AS scope, programme, assigned_by, r.at AS reported, l.at AS stored
            FROM ({reported}) AS r
            FULL JOIN (SELECT scope, programme, assigned_by, at FROM last_report WHERE epoch = :epoch) AS l
                USING (scope, programme, assigned_by)
            WHERE r.at IS DISTINCT FROM l.at LIMIT :limit
            """,
            reported=_REPORTED,
        ),
        {"epoch": epoch, "country": COUNTRY, "scopes": None, "limit": limit},
    )
    return [{"check": "last_report", "source": "tasks", **_plain(row._mapping)} for row in rows]


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """As it can be stored in JSON."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}


async def leaves_of(session: AsyncSession, source: str, epoch: int, organisations: Collection[UUID]) -> dict[Leaf, int]:
    """What is counted for these organisations themselves, from the records."""
    rows = await session.execute(
        sql(
            """
            SELECT l.organisation_id, l.programme, l.assigned_by, l.measure, l.slot, count(*) FROM ({leaves}) AS l
            WHERE l.organisation_id = ANY(CAST(:organisations AS uuid[])) GROUP BY 1, 2, 3, 4, 5
            """,
            leaves=_LEAVES,
        ),
        {"source": source, "epoch": epoch, "organisations": list(organisations)},
    )
    return {Leaf(*row[:5]): row[5] for row in rows}


async def rebuild_counters(session: AsyncSession, source: str, epoch: int, organisations_epoch: int) -> None:
    """Count a source's records again, all of them, and replace its counters."""
    values = {"source": source, "epoch": epoch, "organisations_epoch": organisations_epoch, "country": COUNTRY}
    await session.execute(sql("DELETE FROM counter WHERE source = :source AND epoch = :epoch"), values)
    await session.execute(
        sql(
            """
            INSERT INTO counter (source, epoch, scope, programme, assigned_by, measure, slot, n)
            SELECT :source, :epoch, scope, programme, assigned_by, measure, slot, n FROM ({counted}) AS counted
            """,
            counted=_COUNTED,
        ),
        values,
    )


async def counter_differences(
    session: AsyncSession, source: str, epoch: int, organisations_epoch: int, limit: int
) -> list[dict[str, Any]]:
    """Counters that differ from a count of the records, both sides of one snapshot."""
    rows = await session.execute(
        sql(
            """
            SELECT CAST(scope AS text) AS scope, programme, assigned_by, measure, slot,
                coalesce(k.n, 0) AS counted, coalesce(c.n, 0) AS counter
            FROM ({counted}) AS k
            FULL JOIN (SELECT scope, programme, assigned_by, measure, slot, n FROM counter
                       WHERE source = :source AND epoch = :epoch) AS c
                USING (scope, programme, assigned_by, measure, slot)
            WHERE coalesce(k.n, 0) <> coalesce(c.n, 0)
            LIMIT :limit
            """,
            counted=_COUNTED,
        ),
        {
            "source": source,
            "epoch": epoch,
            "organisations_epoch": organisations_epoch,
            "country": COUNTRY,
            "limit": limit,
        },
    )
    return [{"check": "counter", "source": source, **row._mapping} for row in rows]


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
    """Delete at most `limit` counters or gaps of a source's epochs below `epoch`."""
    for table in ("counter", "gap"):
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
