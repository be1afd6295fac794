"""Lists are narrowed to what was recorded since an instant."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_index("ix_task_recorded_at", "task", ["recorded_at"])
