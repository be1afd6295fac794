"""A list of returned tasks reads an index: of when a result was returned, which no report changes, as the status is.

Nothing waits while it is made; it may run again after it was stopped. The release before runs on, and does not write
the column: a task that it returns meanwhile is in this list, and no other, only after it was returned once more.
"""

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.execute("ALTER TABLE task ADD COLUMN IF NOT EXISTS returned_at timestamptz")
    with op.get_context().autocommit_block():
        op.execute("UPDATE task SET returned_at = occurred_at WHERE status = 'returned' AND returned_at IS NULL")
        # One that was stopped leaves an index that is not valid.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_task_listing_returned")
        op.execute(
            """CREATE INDEX CONCURRENTLY ix_task_listing_returned
               ON task (coalesce(current_deadline, 'infinity'::timestamptz), task_id)
               WHERE returned_at IS NOT NULL AND completed_at IS NULL"""
        )
