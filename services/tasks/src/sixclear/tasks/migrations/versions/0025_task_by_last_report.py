"""Tasks are listed by their last report: reports are read from the newest on.

A row of this table is never changed, so that its index costs each report one entry, at the end or near it. Nothing waits
while it is made; it may run again after it was stopped. The release before runs on and does not read it.
"""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        # One that was stopped leaves an index that is not valid.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_progress_report_listing")
        op.execute("CREATE INDEX CONCURRENTLY ix_progress_report_listing ON progress_report (occurred_at, task_id)")
