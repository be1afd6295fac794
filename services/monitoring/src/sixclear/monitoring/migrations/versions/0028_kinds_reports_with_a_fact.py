"""The index of the reports of a directive or a group of work holds only reports that have one.

The release before does not read it.
"""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0028"
down_revision = "0027"

_NO_BODY = "'00000000-0000-0000-0000-000000000000'::uuid"


def upgrade() -> None:
    execute_all(
        op,
        [
            "DROP INDEX ix_task_history_reports_of_tasks",
            f"CREATE INDEX ix_task_history_reports_of_tasks ON task_history (epoch, task_id,"
            f" coalesce(organisation_id, {_NO_BODY}), occurred_at)"
            f" WHERE change = 'progress_reported' AND (directive_id IS NOT NULL OR work_group IS NOT NULL)",
        ],
    )
