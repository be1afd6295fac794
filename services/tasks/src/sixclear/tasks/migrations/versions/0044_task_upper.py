"""An own task may stand below a national one, and has a number in the upper plan. The release before knows neither.

Columns that are null are added without writing a row. The index is made while others write, and again after it was
stopped.
"""

from alembic import op

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE task ADD COLUMN IF NOT EXISTS upper_task_id uuid, ADD COLUMN IF NOT EXISTS upper_number text"
    )
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_task_upper")
        op.execute("CREATE INDEX CONCURRENTLY ix_task_upper ON task (upper_task_id) WHERE upper_task_id IS NOT NULL")
