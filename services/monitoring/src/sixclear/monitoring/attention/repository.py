"""The lists of what needs attention."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.kinds.entry import ENTRY
from sixclear.monitoring.kinds.submission import SUBMISSION
from sixclear.monitoring.kinds.task import TASK
from sixclear.monitoring.statements import sql
from sixclear.monitoring.view.selection import tree


async def longest_overdue(session: AsyncSession, programme: str | None, limit: int) -> Sequence[Row[Any]]:
    """Overdue tasks, the oldest deadline first."""
    rows = await session.execute(
        sql(
            """
            SELECT h.task_id, h.title, h.organisation_id, o.name_vi AS organisation_name,
                o.name_en AS organisation_name_en, h.deadline,
                coalesce(h.demonstration, false) AS demonstration
            FROM task_state h {tree}
            WHERE h.bucket = 'overdue' AND (CAST(:programme AS text) IS NULL OR h.programme = :programme)
            ORDER BY h.deadline, h.task_id LIMIT :limit
            """,
            tree=tree(TASK),
        ),
        {"programme": programme, "limit": limit},
    )
    return rows.all()


async def returned_often(session: AsyncSession, programme: str | None, times: int, limit: int) -> Sequence[Row[Any]]:
    """Tasks that are still open and were returned at least so many times, the most often returned first."""
    rows = await session.execute(
        sql(
            """
            SELECT h.task_id, h.title, h.organisation_id,
                o.name_vi AS organisation_name, o.name_en AS organisation_name_en,
                r.times_returned, r.last_returned_at, coalesce(h.demonstration, false) AS demonstration
            FROM (
                SELECT epoch, task_id, count(*) AS times_returned, max(occurred_at) AS last_returned_at
                FROM task_history WHERE change = 'returned' GROUP BY epoch, task_id HAVING count(*) >= :times
            ) AS r
            JOIN task_state h ON h.epoch = r.epoch AND h.task_id = r.task_id {tree}
            WHERE h.bucket IS NOT NULL AND h.status <> 'completed'
                AND (CAST(:programme AS text) IS NULL OR h.programme = :programme)
            ORDER BY r.times_returned DESC, r.last_returned_at, h.task_id LIMIT :limit
            """,
            tree=tree(TASK),
        ),
        {"programme": programme, "times": times, "limit": limit},
    )
    return rows.all()


async def without_report(
    session: AsyncSession, programme: str | None, before: datetime, limit: int
) -> Sequence[Row[Any]]:
    """Open one-off tasks whose last report, or last change if there is none, lies before an instant."""
    rows = await session.execute(
        sql(
            """
            SELECT h.task_id, h.title, h.organisation_id, o.name_vi AS organisation_name,
                o.name_en AS organisation_name_en, h.last_report_at,
                coalesce(h.last_report_at, h.occurred_at) AS silent_since,
                coalesce(h.demonstration, false) AS demonstration
            FROM task_state h {tree}
            WHERE h.bucket IN ('in_term', 'overdue') AND coalesce(h.last_report_at, h.occurred_at) < :before
                AND (CAST(:programme AS text) IS NULL OR h.programme = :programme)
            ORDER BY silent_since, h.task_id LIMIT :limit
            """,
            tree=tree(TASK),
        ),
        {"programme": programme, "before": before, "limit": limit},
    )
    return rows.all()


async def databases_at_risk(session: AsyncSession, limit: int) -> Sequence[Row[Any]]:
    """Databases whose owner or steward declared a high risk, the least advanced first."""
    rows = await session.execute(
        sql(
            """
            SELECT h.entry_id, h.title, h.organisation_id, o.name_vi AS organisation_name,
                o.name_en AS organisation_name_en, h.stage, h.lists,
                coalesce(h.demonstration, false) AS demonstration
            FROM entry_state h {tree}
            WHERE h.kind = 'database' AND h.stage <> 'retire' AND h.risk = 'high'
            ORDER BY array_position(
                ARRAY['not_deployed', 'deploying_digitised_only', 'deploying_foundation'], h.stage), h.code, h.entry_id
            LIMIT :limit
            """,
            tree=tree(ENTRY),
        ),
        {"limit": limit},
    )
    return rows.all()


async def answers_past_clock(session: AsyncSession, programme: str | None, limit: int) -> Sequence[Row[Any]]:
    """Submissions whose answer is overdue, the oldest first; sealed ones are left out."""
    rows = await session.execute(
        sql(
            """
            SELECT h.submission_id, h.kind, h.organisation_id, o.name_vi AS organisation_name,
                o.name_en AS organisation_name_en, h.due_at,
                coalesce(h.demonstration, false) AS demonstration
            FROM submission_state h {tree}
            WHERE h.bucket = 'overdue' AND h.visibility <> 'sealed'
                AND (CAST(:programme AS text) IS NULL OR h.programme = :programme)
            ORDER BY h.due_at, h.submission_id LIMIT :limit
            """,
            tree=tree(SUBMISSION),
        ),
        {"programme": programme, "limit": limit},
    )
    return rows.all()
