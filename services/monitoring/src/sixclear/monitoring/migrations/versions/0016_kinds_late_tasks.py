"""The list of late tasks in the order of an index: it reads what it shows, however many tasks are late."""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    execute_all(
        op,
        [
            """
            CREATE INDEX ix_task_state_longest_overdue ON task_state (deadline, task_id)
            WHERE bucket = 'overdue' AND status <> 'submitted'
            """,
        ],
    )
