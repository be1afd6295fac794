"""The lists of what needs attention."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.kinds.entry import ENTRY
from sixclear.monitoring.kinds.submission import SUBMISSION
from sixclear.monitoring.kinds.task import AWAITING, HANDED_IN, TASK
from sixclear.monitoring.statements import sql
from sixclear.monitoring.view.selection import tree

# The body for whose word a task waits; the owner of the programme where the assigning body does the task itself.
_CONFIRMING = f"""
    LEFT JOIN programme_state p ON p.epoch = t.active_epoch AND p.slug = h.programme
    LEFT JOIN organisation_state c ON c.epoch = t.active_epoch
        AND c.organisation_id = coalesce(h.confirming_organisation_id, p.owner_organisation_id)
    CROSS JOIN LATERAL (
        SELECT CASE WHEN {AWAITING.sql} THEN coalesce(h.submitted_at, h.occurred_at) END AS since,
            {HANDED_IN.sql} AS handed_in) w
"""
_CONFIRMED_BY = """
    w.since AS awaiting_since,
    CASE WHEN w.since IS NOT NULL THEN coalesce(h.confirming_organisation_id, p.owner_organisation_id) END
        AS confirming_organisation_id,
    CASE WHEN w.since IS NOT NULL THEN c.name_vi END AS confirming_organisation_name,
    CASE WHEN w.since IS NOT NULL THEN c.name_en END AS confirming_organisation_name_en
"""


def _first(where: str, order: str) -> str:
    """The first task states in the order of an index, as `h`: chosen before names are looked up.

    The generation is compared with a value: the planner knows nothing of a join with it, and would sort all that match.
    """
    return f"""
        (SELECT * FROM task_state h
         WHERE h.epoch = (SELECT active_epoch FROM source_view WHERE source = '{TASK.source}') AND {where}
             AND (CAST(:programme AS text) IS NULL OR h.programme = :programme)
         ORDER BY {order} LIMIT :limit) AS h
    """  # noqa: S608 (constants of this package)


_WAITING = "coalesce(h.submitted_at, h.occurred_at), h.task_id"
_LATE = "h.deadline, h.task_id"
_SILENT = "coalesce(h.last_report_at, h.occurred_at), h.task_id"


async def awaiting_confirmation(session: AsyncSession, programme: str | None, limit: int) -> Sequence[Row[Any]]:
    """Tasks that were handed in and that another body has not confirmed, the longest waiting first."""
    rows = await session.execute(
        sql(
            """
            SELECT h.task_id, h.title, h.organisation_id, o.name_vi AS organisation_name,
                o.name_en AS organisation_name_en, h.deadline, {confirmed_by},
                CASE w.handed_in WHEN 'on_time' THEN true WHEN 'late' THEN false END AS handed_in_on_time,
                coalesce(h.demonstration, false) AS demonstration
            FROM {first} {tree} {confirming} ORDER BY {order}
            """,
            first=_first(f"{AWAITING.sql} AND h.bucket IS NOT NULL", _WAITING),
            order=_WAITING,
            tree=tree(TASK),
            confirming=_CONFIRMING,
            confirmed_by=_CONFIRMED_BY,
        ),
        {"programme": programme, "limit": limit},
    )
    return rows.all()


async def longest_overdue(session: AsyncSession, programme: str | None, limit: int) -> Sequence[Row[Any]]:
    """Overdue tasks on which their body works, the oldest deadline first."""
    rows = await session.execute(
        sql(
            """
            SELECT h.task_id, h.title, h.organisation_id, o.name_vi AS organisation_name,
                o.name_en AS organisation_name_en, h.deadline,
                coalesce(h.demonstration, false) AS demonstration
            FROM {first} {tree} ORDER BY {order}
            """,
            first=_first("h.bucket = 'overdue' AND h.status <> 'submitted'", _LATE),
            order=_LATE,
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
                r.times_returned, r.last_returned_at, {confirmed_by},
                coalesce(h.demonstration, false) AS demonstration
            FROM (
                SELECT epoch, task_id, count(*) AS times_returned, max(occurred_at) AS last_returned_at
                FROM task_history WHERE change = 'returned' GROUP BY epoch, task_id HAVING count(*) >= :times
            ) AS r
            JOIN task_state h ON h.epoch = r.epoch AND h.task_id = r.task_id {tree} {confirming}
            WHERE h.bucket IS NOT NULL AND h.status <> 'completed'
                AND (CAST(:programme AS text) IS NULL OR h.programme = :programme)
            ORDER BY r.times_returned DESC, r.last_returned_at, h.task_id LIMIT :limit
            """,
            tree=tree(TASK),
            confirming=_CONFIRMING,
            confirmed_by=_CONFIRMED_BY,
        ),
        {"programme": programme, "times": times, "limit": limit},
    )
    return rows.all()


async def without_report(
    session: AsyncSession, programme: str | None, before: datetime, limit: int
) -> Sequence[Row[Any]]:
    """Open one-off tasks on which their body works, whose last report, or last change if there is none, lies before an
    instant."""
    rows = await session.execute(
        sql(
            """
            SELECT h.task_id, h.title, h.organisation_id, o.name_vi AS organisation_name,
                o.name_en AS organisation_name_en, h.last_report_at,
                coalesce(h.last_report_at, h.occurred_at) AS silent_since,
                coalesce(h.demonstration, false) AS demonstration
            FROM {first} {tree} ORDER BY {order}
            """,
            first=_first(
                "h.bucket IN ('in_term', 'overdue') AND h.status <> 'submitted'"
                " AND coalesce(h.last_report_at, h.occurred_at) < :before",
                _SILENT,
            ),
            order=_SILENT,
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
