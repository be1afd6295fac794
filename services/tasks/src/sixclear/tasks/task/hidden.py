"""What was said on tasks while they were restricted, and the public numbers without it.

Public numbers are counted from public rows: what was said while a task was restricted is in none of them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.task.lifecycle import TaskState

# Most tasks have nothing hidden: for them the partial index `ix_event_hidden` is all that is looked at.
_HIDDEN = text(
    """WITH hidden AS MATERIALIZED (
           SELECT entity_id, count(*) FILTER (WHERE change = 'progress_reported') AS reports,
                  count(*) FILTER (WHERE change = 'evidence_added') AS evidence
           FROM event WHERE NOT published AND entity_type = 'task' AND entity_id = ANY (:task_ids) GROUP BY entity_id
       )
       SELECT h.entity_id, h.reports, h.evidence,
              CASE WHEN p.submitted > coalesce(p.reported, 0) THEN 100
                   ELSE coalesce(r.public_percent, r.percent, 0) END,
              r.occurred_at
       FROM hidden h
       CROSS JOIN LATERAL (
           SELECT max(version) FILTER (WHERE change = 'progress_reported') AS reported,
                  max(version) FILTER (WHERE change = 'submitted') AS submitted
           FROM event e WHERE e.published AND e.entity_type = 'task' AND e.entity_id = h.entity_id
       ) AS p
       LEFT JOIN progress_report r ON r.task_id = h.entity_id AND r.task_version = p.reported"""
).bindparams(bindparam("task_ids", type_=ARRAY(PgUUID(as_uuid=True))))

# Events cannot be changed, and those of an earlier release carry what was stored: their percentages are not read.
_PERCENTS = text(
    """SELECT v.version, coalesce(said.percent, 0)
       FROM unnest(:versions) AS v (version)
       LEFT JOIN LATERAL (
           SELECT CASE WHEN e.change = 'submitted' THEN 100
                       WHEN :published THEN coalesce(r.public_percent, r.percent) ELSE r.percent END AS percent
           FROM event e LEFT JOIN progress_report r ON r.task_id = e.entity_id AND r.task_version = e.version
           WHERE e.entity_type = 'task' AND e.entity_id = :task_id AND e.version <= v.version
             AND e.change IN ('progress_reported', 'submitted') AND (e.published OR NOT :published)
           ORDER BY e.version DESC LIMIT 1
       ) AS said ON true"""
).bindparams(bindparam("versions", type_=ARRAY(Integer)), bindparam("task_id", type_=PgUUID(as_uuid=True)))


@dataclass(frozen=True, slots=True)
class Hidden:
    """How many reports and pieces of evidence of a task are hidden; the last percentage that was stated in public.

    `last_report_at` is the time of the last public report, whether it stated a percentage or not.
    """

    reports: int
    evidence: int
    percent: int
    last_report_at: datetime | None


async def hidden_of(session: AsyncSession, task_ids: Collection[UUID]) -> dict[UUID, Hidden]:
    """Of those among `task_ids` that were restricted while something happened to them."""
    if not task_ids:
        return {}
    rows = await session.execute(_HIDDEN, {"task_ids": list(task_ids)})
    return {row[0]: Hidden(*row[1:]) for row in rows}


async def percents_at(
    session: AsyncSession, task_id: UUID, versions: Collection[int], *, published: bool
) -> dict[int, int]:
    """A task's percentage after each of these versions, as it was stated; with `published` as it was stated in public.

    A result that is handed in is at 100.
    """
    values = {"task_id": task_id, "versions": list(versions), "published": published}
    return {row[0]: row[1] for row in await session.execute(_PERCENTS, values)}


# What is in one of these is at 100 for everyone.
HANDED_IN = frozenset({"submitted", "completed"})


def public_numbers(
    task: TaskState, hidden: Hidden, change: str = "", public_percent: int | None = None
) -> dict[str, Any]:
    """A public task's numbers without what is hidden. `change` is one in public that `hidden` does not know yet.

    The percentage is that of the last public report that stated one: a report that states none brings with it as
    `public_percent` what was stated in public before. A body that hands a result in says in public that it is there.
    """
    stated = task.percent if public_percent is None else public_percent
    said = change == "progress_reported" or task.status in HANDED_IN
    return {
        "percent": stated if said else hidden.percent,
        "last_report_at": task.last_report_at if change == "progress_reported" else hidden.last_report_at,
        "reports_count": task.reports_count - hidden.reports,
        "evidence_count": task.evidence_count - hidden.evidence,
    }
