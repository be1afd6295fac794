"""Tasks that a decision put into a group of work are listed by an index.

It is made while others write, and again after it was stopped.
"""

from alembic import op

revision = "0053"
down_revision = "0052"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_task_work_group")
        op.execute("CREATE INDEX CONCURRENTLY ix_task_work_group ON task (work_group) WHERE work_group IS NOT NULL")
