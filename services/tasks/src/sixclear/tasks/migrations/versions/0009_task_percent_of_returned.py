"""A task that was returned is at the percentage that was reported, no longer at the 100 of its submission.

The release before writes the 100 while both run; the next report of the task says otherwise.
"""

from alembic import op

revision = "0009"
down_revision = "0008"

BACKFILL = """
UPDATE task SET percent = coalesce(
    (SELECT r.percent FROM progress_report r WHERE r.task_id = task.task_id
     ORDER BY r.occurred_at DESC, r.task_version DESC LIMIT 1), 0)
WHERE status = 'returned'
"""


def upgrade() -> None:
    op.execute(BACKFILL)
