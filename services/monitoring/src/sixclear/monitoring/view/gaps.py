"""Versions that another one names as its predecessor and that never came."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.statements import sql


async def insert_gaps(
    session: AsyncSession,
    source: str,
    epoch: int,
    entity_type: str,
    missing: Collection[tuple[UUID, int]],
    now: datetime,
) -> int:
    """Store missing versions; how many are new."""
    if not missing:
        return 0
    result = await session.execute(
        sql(
            """
            INSERT INTO gap (source, epoch, entity_type, entity_id, missing_version, noticed_at)
            SELECT :source, :epoch, :entity_type, r.entity_id, r.version, :now
            FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS integer[])) AS r(entity_id, version)
            ON CONFLICT DO NOTHING
            RETURNING entity_id
            """
        ),
        {
            "source": source,
            "epoch": epoch,
            "entity_type": entity_type,
            "ids": [item[0] for item in missing],
            "versions": [item[1] for item in missing],
            "now": now,
        },
    )
    return len(result.all())


async def close_gaps(
    session: AsyncSession,
    source: str,
    epoch: int,
    entity_type: str,
    arrived: Collection[tuple[UUID, int, bool]],
    now: datetime,
) -> int:
    """Mark gaps as closed whose version arrived; a version that withdraws (third item) closes all before it."""
    result = await session.execute(
        sql(
            """
            UPDATE gap g SET closed_at = :now
            FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS integer[]), CAST(:withdraws AS boolean[]))
                AS r(entity_id, version, withdraws)
            WHERE g.source = :source AND g.epoch = :epoch AND g.entity_type = :entity_type AND g.closed_at IS NULL
                AND g.entity_id = r.entity_id
                AND (g.missing_version = r.version OR (r.withdraws AND g.missing_version < r.version))
            RETURNING g.entity_id
            """
        ),
        {
            "source": source,
            "epoch": epoch,
            "entity_type": entity_type,
            "ids": [item[0] for item in arrived],
            "versions": [item[1] for item in arrived],
            "withdraws": [item[2] for item in arrived],
            "now": now,
        },
    )
    return len(result.all())


async def oldest_gap(session: AsyncSession) -> datetime | None:
    """When the first version was missed of those that are missing in the epochs that readers see."""
    noticed_at: datetime | None = await session.scalar(
        sql(
            """
            SELECT min(g.noticed_at) FROM gap g
            JOIN source_view v ON v.source = g.source AND v.active_epoch = g.epoch WHERE g.closed_at IS NULL
            """
        )
    )
    return noticed_at


async def open_gaps(session: AsyncSession) -> dict[str, int]:
    """How many versions are missing in the epoch that readers see, by source."""
    rows = await session.execute(
        sql(
            """
            SELECT v.source, count(g.missing_version) FROM source_view v
            LEFT JOIN gap g ON g.source = v.source AND g.epoch = v.active_epoch AND g.closed_at IS NULL
            GROUP BY v.source
            """
        )
    )
    return {row[0]: row[1] for row in rows}
