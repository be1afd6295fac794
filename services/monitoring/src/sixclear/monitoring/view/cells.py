"""Cells as they are now, from counters, and as they were, from histories: both in the same form."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import civil_date, civil_day_end, civil_day_start
from sixclear.monitoring.kinds import rules
from sixclear.monitoring.statements import sql
from sixclear.monitoring.view.selection import (
    ENTRIES_TREE,
    OF_PROGRAMME,
    SUBMISSIONS_SELECTED,
    SUBMISSIONS_TREE,
    TASKS_SELECTED,
    TASKS_TREE,
    WITHIN,
    Selection,
)
from sixclear.monitoring.view.states import COUNTRY, Cell

Cells = Mapping[Cell, int]


async def cells_now(session: AsyncSession, selection: Selection, today: date) -> Cells:
    """The counters of a selection: some dozens of rows, however many records there are."""
    rows = await session.execute(
        sql(
            """
            SELECT c.measure, c.slot, c.n FROM source_view v
            JOIN counter c ON c.source = v.source AND c.epoch = v.active_epoch AND c.scope = :scope
                AND c.programme = CASE WHEN v.source = 'data-catalog' THEN '' ELSE coalesce(:programme, '') END
                AND c.assigned_by = CASE WHEN v.source = 'tasks' THEN coalesce(:assigned_by, '') ELSE '' END
            WHERE c.n <> 0 AND (c.measure <> 'report' OR c.slot = :today)
            """
        ),
        {**selection.values, "today": today.isoformat()},
    )
    return {Cell(row[0], row[1]): row[2] for row in rows}


async def programme_cells_now(session: AsyncSession, today: date) -> dict[str, dict[Cell, int]]:
    """The task counters of the whole country, by programme."""
    rows = await session.execute(
        sql(
            """
            SELECT c.programme, c.measure, c.slot, c.n FROM source_view v
            JOIN counter c ON c.source = v.source AND c.epoch = v.active_epoch AND c.scope = :country
            WHERE v.source = 'tasks' AND c.programme <> '' AND c.assigned_by = '' AND c.n <> 0
                AND (c.measure <> 'report' OR c.slot = :today)
            """
        ),
        {"country": COUNTRY, "today": today.isoformat()},
    )
    found: dict[str, dict[Cell, int]] = {}
    for row in rows:
        found.setdefault(row[0], {})[Cell(row[1], row[2])] = row[3]
    return found


async def scope_cells_now(session: AsyncSession, scopes: Sequence[UUID], programme: str | None) -> dict[UUID, Cells]:
    """The task counters of several organisations, each with what is below it."""
    rows = await session.execute(
        sql(
            """
            SELECT c.scope, c.measure, c.slot, c.n FROM source_view v
            JOIN counter c ON c.source = v.source AND c.epoch = v.active_epoch
                AND c.scope = ANY(CAST(:scopes AS uuid[]))
                AND c.programme = coalesce(CAST(:programme AS text), '') AND c.assigned_by = ''
                AND c.measure IN ('task', 'task_bucket')
            WHERE v.source = 'tasks' AND c.n <> 0
            """
        ),
        {"scopes": list(scopes), "programme": programme},
    )
    return _by_scope(rows)


def _by_scope(rows: Any) -> dict[UUID, Cells]:
    found: dict[UUID, dict[Cell, int]] = {}
    for row in rows:
        found.setdefault(row[0], {})[Cell(row[1], row[2])] = row[3]
    return dict(found)


async def last_report_now(session: AsyncSession, selection: Selection) -> datetime | None:
    """When the last progress report of a selection was made."""
    at: datetime | None = await session.scalar(
        sql(
            """
            SELECT l.at FROM last_report l JOIN source_view v ON v.source = 'tasks' AND v.active_epoch = l.epoch
            WHERE l.scope = :scope AND l.programme = coalesce(CAST(:programme AS text), '')
                AND l.assigned_by = coalesce(CAST(:assigned_by AS text), '')
            """
        ),
        selection.values,
    )
    return at


async def programme_last_reports(session: AsyncSession) -> dict[str, datetime]:
    """When the last progress report of each programme was made, in the whole country."""
    rows = await session.execute(
        sql(
            """
            SELECT l.programme, l.at FROM last_report l
            JOIN source_view v ON v.source = 'tasks' AND v.active_epoch = l.epoch
            WHERE l.scope = :country AND l.assigned_by = '' AND l.programme <> ''
            """
        ),
        {"country": COUNTRY},
    )
    return {row[0]: row[1] for row in rows}


async def cells_at(session: AsyncSession, selection: Selection, at: datetime) -> Cells:
    """The same cells as they were at a past instant, by what is known now. Costs as much as there were records."""
    day = civil_date(at)
    values = {
        **selection.values,
        "at": at,
        "today": day.isoformat(),
        "day_start": civil_day_start(day),
        "day_end": min(civil_day_end(day), at),
    }
    rows = await session.execute(
        sql(
            """
            SELECT c.measure, c.slot, count(*) FROM (
                SELECT h.deadline, h.demonstration, {task_bucket} AS bucket FROM task_history h {tasks_tree}
                WHERE tstzrange(h.valid_from, h.valid_to) @> CAST(:at AS timestamptz) AND {tasks_selected}
            ) AS h CROSS JOIN LATERAL {task_cells} AS c(measure, slot)
            WHERE h.bucket IS NOT NULL AND c.slot IS NOT NULL GROUP BY 1, 2
            UNION ALL
            SELECT 'report', :today, count(*) FROM task_history h {tasks_tree}
            WHERE h.change = 'progress_reported' AND h.occurred_at BETWEEN :day_start AND :day_end AND {tasks_selected}
            UNION ALL
            SELECT c.measure, c.slot, count(*) FROM (
                SELECT h.demonstration, {submission_bucket} AS bucket FROM submission_history h {submissions_tree}
                WHERE tstzrange(h.valid_from, h.valid_to) @> CAST(:at AS timestamptz) AND {submissions_selected}
            ) AS h CROSS JOIN LATERAL {submission_cells} AS c(measure, slot)
            WHERE h.bucket IS NOT NULL AND c.slot IS NOT NULL GROUP BY 1, 2
            UNION ALL
            SELECT c.measure, c.slot, count(*) FROM (
                SELECT h.*, {entry_bucket} AS bucket FROM entry_history h {entries_tree}
                WHERE tstzrange(h.valid_from, h.valid_to) @> CAST(:at AS timestamptz) AND {within}
            ) AS h CROSS JOIN LATERAL {entry_cells} AS c(measure, slot)
            WHERE h.bucket IS NOT NULL AND c.slot IS NOT NULL GROUP BY 1, 2
            """,
            task_bucket=rules.TASK_BUCKET,
            task_cells=rules.TASK_CELLS,
            tasks_tree=TASKS_TREE,
            tasks_selected=TASKS_SELECTED,
            submission_bucket=rules.SUBMISSION_BUCKET,
            submission_cells=rules.SUBMISSION_CELLS,
            submissions_tree=SUBMISSIONS_TREE,
            submissions_selected=SUBMISSIONS_SELECTED,
            entry_bucket=rules.ENTRY_BUCKET,
            entry_cells=rules.ENTRY_CELLS,
            entries_tree=ENTRIES_TREE,
            within=WITHIN,
        ),
        values,
    )
    return {Cell(row[0], row[1]): row[2] for row in rows if row[2]}


async def last_report_at(session: AsyncSession, selection: Selection, at: datetime) -> datetime | None:
    """When the last progress report up to an instant was made."""
    found: datetime | None = await session.scalar(
        sql(
            """
            SELECT max(h.occurred_at) FROM task_history h {tree}
            WHERE h.change = 'progress_reported' AND h.occurred_at <= :at AND {selected}
            """,
            tree=TASKS_TREE,
            selected=TASKS_SELECTED,
        ),
        {**selection.values, "at": at},
    )
    return found


async def scope_cells_at(
    session: AsyncSession, scopes: Sequence[UUID], programme: str | None, at: datetime
) -> dict[UUID, Cells]:
    """The task cells of several organisations, each with what is below it, at a past instant."""
    rows = await session.execute(
        sql(
            """
            SELECT h.scope, c.measure, c.slot, count(*) FROM (
                SELECT s.scope, h.deadline, h.demonstration, {bucket} AS bucket FROM task_history h {tree}
                JOIN unnest(CAST(:scopes AS uuid[])) AS s(scope)
                    ON s.scope = ANY(coalesce(o.ancestors, ARRAY[h.organisation_id]))
                WHERE tstzrange(h.valid_from, h.valid_to) @> CAST(:at AS timestamptz) AND {of_programme}
            ) AS h CROSS JOIN LATERAL {cells} AS c(measure, slot)
            WHERE h.bucket IS NOT NULL AND c.slot IS NOT NULL GROUP BY 1, 2, 3
            """,
            bucket=rules.TASK_BUCKET,
            cells=rules.TASK_CELLS,
            tree=TASKS_TREE,
            of_programme=OF_PROGRAMME,
        ),
        {"scopes": list(scopes), "programme": programme, "at": at},
    )
    return _by_scope(rows)
