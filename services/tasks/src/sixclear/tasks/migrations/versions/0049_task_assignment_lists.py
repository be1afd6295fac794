"""Tasks whose assignment waits for an answer, or was objected to, are listed by an index.

The indexes are made while others write, and again after it was stopped.
"""

from alembic import op

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_task_accept_by")
        op.execute(
            """CREATE INDEX CONCURRENTLY ix_task_accept_by ON task (accept_by)
               WHERE accept_by IS NOT NULL AND accepted_at IS NULL AND objected_at IS NULL"""
        )
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_task_listing_objected")
        op.execute(
            """CREATE INDEX CONCURRENTLY ix_task_listing_objected
               ON task (coalesce(current_deadline, 'infinity'::timestamptz), task_id) WHERE objected_at IS NOT NULL"""
        )
