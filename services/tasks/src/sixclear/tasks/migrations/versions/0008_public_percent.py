"""A public report that states no percentage takes over none that was stated while the task was restricted.

Whether an older report stated its percentage was not kept. Of tasks that were restricted for a time, one that differs
from what was stored before it counts as stated.
"""

from alembic import op

revision = "0008"
down_revision = "0007"

BACKFILL = """
WITH said AS (
    SELECT e.entity_id AS task_id, e.version, e.published, e.change = 'submitted' AS submitted,
           CASE WHEN e.change = 'submitted' THEN 100 ELSE r.percent END AS percent,
           lag(CASE WHEN e.change = 'submitted' THEN 100 ELSE r.percent END, 1, 0::smallint)
               OVER (PARTITION BY e.entity_id ORDER BY e.version) AS before
    FROM event e LEFT JOIN progress_report r ON r.task_id = e.entity_id AND r.task_version = e.version
    WHERE e.entity_type = 'task' AND e.change IN ('progress_reported', 'submitted')
      AND e.entity_id IN (SELECT entity_id FROM event WHERE NOT published AND entity_type = 'task')
), public AS (
    SELECT s.task_id, s.version, s.percent, coalesce(
               (SELECT last.percent FROM said last
                WHERE last.task_id = s.task_id AND last.version <= s.version AND last.published
                  AND (last.submitted OR last.percent <> last.before)
                ORDER BY last.version DESC LIMIT 1), 0) AS public_percent
    FROM said s WHERE s.published AND NOT s.submitted
)
UPDATE progress_report r SET public_percent = public.public_percent FROM public
WHERE r.task_id = public.task_id AND r.task_version = public.version AND public.public_percent <> r.percent
"""


def upgrade() -> None:
    op.execute("ALTER TABLE progress_report ADD COLUMN public_percent smallint")
    op.execute(BACKFILL)
