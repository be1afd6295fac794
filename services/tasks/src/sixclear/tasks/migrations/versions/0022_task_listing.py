"""Lists that are narrowed read an index: by lead body, level, recurring, completed and handed-in tasks.

No column of these is changed by a report. Nothing waits while they are made; it may run again after it was stopped. The
release before runs on: the first of them stands in the place of the index on the lead body alone.
"""

from alembic import op

revision = "0022"
down_revision = "0021"

_ORDER = "coalesce(current_deadline, 'infinity'::timestamptz), task_id"
_INDEXES = {
    "lead": f"(lead_organisation_id, {_ORDER})",
    "level": f"(assigned_by, {_ORDER})",
    "recurring": f"({_ORDER}) WHERE kind = 'recurring'",
    "completed": f"({_ORDER}) WHERE completed_at IS NOT NULL",
    "submitted": f"({_ORDER}) WHERE submitted_at IS NOT NULL AND completed_at IS NULL",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, columns in _INDEXES.items():
            # One that was stopped leaves an index that is not valid.
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS ix_task_listing_{name}")
            op.execute(f"CREATE INDEX CONCURRENTLY ix_task_listing_{name} ON task {columns}")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_task_lead_organisation_id")
