"""Pauses and groups of work of tasks. The release before does not know them, and leaves them empty.

A column that is null is added without writing a row; nothing waits while the index is made.
"""

from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.execute("ALTER TABLE task ADD COLUMN IF NOT EXISTS paused_since timestamptz")
    op.execute("ALTER TABLE task ADD COLUMN IF NOT EXISTS status_before_pause text")
    op.execute("ALTER TABLE task ADD COLUMN IF NOT EXISTS work_group text")
    with op.get_context().autocommit_block():
        # One that was stopped leaves an index that is not valid.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_task_listing_paused")
        op.execute(
            """CREATE INDEX CONCURRENTLY ix_task_listing_paused
               ON task (coalesce(current_deadline, 'infinity'::timestamptz), task_id)
               WHERE paused_since IS NOT NULL"""
        )
