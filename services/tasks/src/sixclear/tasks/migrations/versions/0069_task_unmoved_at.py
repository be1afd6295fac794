"""When a task was found to be without movement. The release before writes none of it."""

from alembic import op

revision = "0069"
down_revision = "0068"


def upgrade() -> None:
    op.execute("ALTER TABLE task ADD COLUMN IF NOT EXISTS unmoved_at timestamptz")
