"""An index by which returned tasks are found without reading every history."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("CREATE INDEX ix_task_history_returned ON task_history (epoch, task_id) WHERE change = 'returned'")
