"""When a task was assigned: the periods of a recurring one are counted from there."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("ALTER TABLE task ADD COLUMN assigned_at timestamptz")
    op.execute(
        """UPDATE task SET assigned_at = assigned.occurred_at
           FROM (SELECT DISTINCT ON (entity_id) entity_id, occurred_at FROM event
                 WHERE entity_type = 'task' AND change = 'assigned' ORDER BY entity_id, version) AS assigned
           WHERE task.task_id = assigned.entity_id"""
    )
