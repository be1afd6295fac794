"""What was said on tasks while they were restricted, as statements; `public.py` has the rule."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Integer, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.task.public import Hidden

# Most tasks have nothing hidden: for them the partial index `ix_event_hidden` is all that is looked at.
HIDDEN_OF_TASKS = """WITH hidden AS MATERIALIZED (
           SELECT entity_id, count(*) FILTER (WHERE change = 'progress_reported') AS reports,
                  count(*) FILTER (WHERE change = 'evidence_added') AS evidence
           FROM event WHERE NOT published AND entity_type = 'task' AND entity_id = ANY (:task_ids) GROUP BY entity_id
       )
       SELECT h.entity_id, h.reports, h.evidence, coalesce(newest.percent, 0) AS percent,
              newest.occurred_at AS last_report_at
       FROM hidden h
       LEFT JOIN LATERAL (
           SELECT coalesce(r.public_percent, r.percent) AS percent, r.occurred_at
           FROM event e JOIN progress_report r ON r.task_id = e.entity_id AND r.task_version = e.version
           WHERE e.published AND e.entity_type = 'task' AND e.entity_id = h.entity_id
             AND e.change = 'progress_reported'
           ORDER BY r.occurred_at DESC, r.task_version DESC LIMIT 1
       ) AS newest ON true"""
_HIDDEN = text(HIDDEN_OF_TASKS).bindparams(bindparam("task_ids", type_=ARRAY(PgUUID(as_uuid=True))))

# Events cannot be changed, and those of an earlier release carry what was stored: their percentages are not read.
_PERCENTS = text(
    """SELECT v.version, coalesce(said.percent, 0)
       FROM unnest(:versions) AS v (version)
       LEFT JOIN LATERAL (
           SELECT CASE WHEN :published THEN coalesce(r.public_percent, r.percent) ELSE r.percent END AS percent
           FROM event e JOIN progress_report r ON r.task_id = e.entity_id AND r.task_version = e.version
           WHERE e.entity_type = 'task' AND e.entity_id = :task_id AND e.version <= v.version
             AND e.change = 'progress_reported' AND (e.published OR NOT :published)
           ORDER BY r.occurred_at DESC, r.task_version DESC LIMIT 1
       ) AS said ON true"""
).bindparams(bindparam("versions", type_=ARRAY(Integer)), bindparam("task_id", type_=PgUUID(as_uuid=True)))


async def hidden_of(session: AsyncSession, task_ids: Collection[UUID]) -> dict[UUID, Hidden]:
    """Of those among `task_ids` that were restricted while something happened to them."""
    if not task_ids:
        return {}
    rows = await session.execute(_HIDDEN, {"task_ids": list(task_ids)})
    return {row[0]: Hidden(*row[1:]) for row in rows}


async def percents_at(
    session: AsyncSession, task_id: UUID, versions: Collection[int], *, published: bool
) -> dict[int, int]:
    """A task's reported percentage after each of these versions; with `published` as it was stated in public."""
    values = {"task_id": task_id, "versions": list(versions), "published": published}
    return {row[0]: row[1] for row in await session.execute(_PERCENTS, values)}
