"""What was learnt last, of every kind."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.statements import sql

# Sealed submissions are counted, but the moment and place of one are nobody's business.
_CHANGES = """
    SELECT c.occurred_at, c.recorded_at, c.entity_type, c.entity_id, c.change, c.title, c.programme,
        c.organisation_id, o.name_vi AS organisation_name,
        o.name_en AS organisation_name_en, coalesce(c.demonstration, false) AS demonstration,
        c.view_sequence
    FROM (
        (SELECT h.occurred_at, h.recorded_at, 'task' AS entity_type, h.task_id AS entity_id, h.change, h.title,
            h.programme, h.organisation_id, h.demonstration, h.view_sequence, h.version
         FROM task_history h JOIN source_view v ON v.source = 'tasks' AND v.active_epoch = h.epoch
         WHERE h.status IS NOT NULL AND h.view_sequence > :after
         ORDER BY {order} LIMIT :limit)
        UNION ALL
        (SELECT h.occurred_at, h.recorded_at, 'submission', h.submission_id, h.change, NULL,
            h.programme, h.organisation_id, h.demonstration, h.view_sequence, h.version
         FROM submission_history h JOIN source_view v ON v.source = 'feedback' AND v.active_epoch = h.epoch
         WHERE h.visibility <> 'sealed' AND h.view_sequence > :after
         ORDER BY {order} LIMIT :limit)
        UNION ALL
        (SELECT h.occurred_at, h.recorded_at, 'entry', h.entry_id, h.change, h.title,
            NULL, h.organisation_id, h.demonstration, h.view_sequence, h.version
         FROM entry_history h JOIN source_view v ON v.source = 'data-catalog' AND v.active_epoch = h.epoch
         WHERE h.title IS NOT NULL AND h.view_sequence > :after
         ORDER BY {order} LIMIT :limit)
    ) AS c
    JOIN source_view t ON t.source = 'tasks'
    LEFT JOIN organisation_state o ON o.epoch = t.active_epoch AND o.organisation_id = c.organisation_id
    ORDER BY c.recorded_at DESC, c.version DESC LIMIT :limit
"""


# Each has an index. Few rows are younger than a frame; sorted by time, all of a country's history would be looked at.
_BY_TIME = "h.recorded_at DESC, h.version DESC"


_BY_SEQUENCE = "h.view_sequence DESC, h.recorded_at DESC, h.version DESC"


async def list_changes(session: AsyncSession, *, after: int = 0, limit: int) -> Sequence[Row[Any]]:
    """The changes that were learnt last, newest first; only those that entered the view after a sequence number."""
    order = _BY_SEQUENCE if after else _BY_TIME
    rows = await session.execute(sql(_CHANGES, order=order), {"after": after, "limit": limit})
    return rows.all()


async def withdrawn_since(session: AsyncSession, after: int) -> bool:
    """Whether something was taken out of the view after a sequence number, by whichever replica."""
    found = await session.scalar(
        sql(
            """
            SELECT EXISTS (SELECT FROM task_history WHERE view_sequence > :after AND change = 'withdrawn')
                OR EXISTS (SELECT FROM submission_history WHERE view_sequence > :after AND change = 'withdrawn')
                OR EXISTS (SELECT FROM entry_history WHERE view_sequence > :after AND change = 'withdrawn')
            """
        ),
        {"after": after},
    )
    return bool(found)
