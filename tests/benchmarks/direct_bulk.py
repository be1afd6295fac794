"""The limit of a bulk report: tasks locked and read, then one set-based statement, sent directly by asyncpg.

It writes what the product writes for each item: the task, the report, the event with the same bytes. It checks nothing.
"""

import time
from collections.abc import Sequence
from uuid import UUID

import asyncpg

_LOCK = """
SELECT task.*, programme.slug FROM task JOIN programme USING (programme_id)
 WHERE task_id = ANY($1::uuid[]) ORDER BY task_id FOR UPDATE OF task
"""
_WRITE = """
WITH said AS (
  SELECT * FROM unnest($1::uuid[], $2::integer[], $3::smallint[], $4::text[], $5::text[])
      AS said (task_id, version, percent, text, data)
), changed AS (
  UPDATE task SET version = said.version, published_version = said.version, percent = said.percent,
         status = 'in_progress', reports_count = reports_count + 1, last_report_at = $7, occurred_at = $7,
         recorded_at = $7
    FROM said WHERE task.task_id = said.task_id AND task.task_id = ANY($1::uuid[])
), kept AS (
  INSERT INTO progress_report (task_id, task_version, organisation_id, percent, text, occurred_at, recorded_at)
  SELECT task_id, version, $8, percent, text, $7, $7 FROM said
)
INSERT INTO event (entity_type, entity_id, version, previous_version, change, data, meta, occurred_at, recorded_at,
                   published)
SELECT 'task', task_id, version, version - 1, 'progress_reported', data::jsonb, $6::jsonb, $7, $7, true FROM said
"""


class Direct:
    """Sends reports with one statement; events have the bytes of `example`."""

    def __init__(self, connection: asyncpg.Connection, organisation_id: UUID, data: str, meta: str) -> None:
        self._connection = connection
        self._organisation_id = organisation_id
        self._data, self._meta = data, meta

    async def report(self, task_ids: Sequence[UUID], percents: Sequence[int], text: str) -> float:
        """Report on these tasks in one transaction; the seconds that it took."""
        began = time.perf_counter()
        async with self._connection.transaction():
            rows = await self._connection.fetch(_LOCK, task_ids)
            now = await self._connection.fetchval("SELECT now()")
            versions = [row["version"] + 1 for row in rows]
            ids, texts = [row["task_id"] for row in rows], [text] * len(rows)
            data = [self._data] * len(rows)
            await self._connection.execute(
                _WRITE, ids, versions, list(percents), texts, data, self._meta, now, self._organisation_id
            )
        return time.perf_counter() - began
