"""Which body made a proposal: it may take it back, and only so many of it are open in one programme.

The column stays empty where the release before this one proposes a task: it does not know it.
"""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute("ALTER TABLE task ADD COLUMN proposed_by_organisation_id uuid")
    op.execute(
        """UPDATE task SET proposed_by_organisation_id = (event.meta ->> 'organisation_id')::uuid
           FROM event WHERE event.entity_type = 'task' AND event.entity_id = task.task_id AND event.version = 1"""
    )
    op.execute(
        """CREATE INDEX ix_task_open_proposals ON task (programme_id, proposed_by_organisation_id)
           WHERE status = 'proposed'"""
    )
