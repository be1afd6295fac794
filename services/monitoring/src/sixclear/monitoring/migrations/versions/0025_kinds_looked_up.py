"""Indexes by which the latest report of each body is found, and the records of a directive and of a group of work.

The release before reads neither; its questions about a directive find the beginning of the same columns.
"""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0025"
down_revision = "0024"

_NO_BODY = "'00000000-0000-0000-0000-000000000000'::uuid"


def upgrade() -> None:
    execute_all(
        op,
        [
            "CREATE INDEX ix_task_history_reports_of_bodies ON task_history (epoch, organisation_id,"
            " coalesce(programme, ''), coalesce(assigned_by, ''), occurred_at) WHERE change = 'progress_reported'",
            f"CREATE INDEX ix_task_history_reports_of_tasks ON task_history (epoch, task_id,"
            f" coalesce(organisation_id, {_NO_BODY}), occurred_at) WHERE change = 'progress_reported'",
            "DROP INDEX ix_task_history_directive",
            "DROP INDEX ix_task_history_work_group",
            "CREATE INDEX ix_task_history_directive ON task_history (epoch, directive_id, task_id, valid_from)"
            " WHERE directive_id IS NOT NULL",
            "CREATE INDEX ix_task_history_work_group ON task_history (epoch, work_group, task_id, valid_from)"
            " WHERE work_group IS NOT NULL",
        ],
    )
