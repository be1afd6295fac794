"""Tasks without movement are counted. The release before writes none of it, and reads none."""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    execute_all(
        op,
        [
            "ALTER TABLE task_state ADD COLUMN unmoved_since timestamptz",
            "ALTER TABLE task_history ADD COLUMN unmoved_since timestamptz",
            "CREATE INDEX ix_task_state_longest_unmoved ON task_state (unmoved_since, task_id)"
            " WHERE unmoved_since IS NOT NULL AND bucket IS NOT NULL",
        ],
    )
