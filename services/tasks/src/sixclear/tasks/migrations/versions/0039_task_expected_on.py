"""A report may say when the task is expected to be done. The release before reads and writes nothing of it.

The index is made while others write, and again after it was stopped.
"""

from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.execute("ALTER TABLE task ADD COLUMN IF NOT EXISTS expected_on date")
    op.execute("ALTER TABLE progress_report ADD COLUMN IF NOT EXISTS expected_on date")
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_task_listing_expected")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_task_listing_expected "
            "ON task (coalesce(current_deadline, 'infinity'::timestamptz), task_id) WHERE expected_on IS NOT NULL"
        )
