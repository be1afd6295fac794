"""A programme may add fields to its tasks; a task has their values. The release before reads and writes none of them.

A report changes no value, so the index costs it nothing. It is made while others write, and again after it was stopped.
"""

from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.execute("ALTER TABLE programme ADD COLUMN IF NOT EXISTS own_fields jsonb")
    op.execute("ALTER TABLE task ADD COLUMN IF NOT EXISTS own_fields jsonb")
    op.execute("ALTER TABLE task ADD COLUMN IF NOT EXISTS inside_fields jsonb")
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_task_own_fields")
        op.execute("CREATE INDEX CONCURRENTLY ix_task_own_fields ON task USING gin (own_fields jsonb_path_ops)")
