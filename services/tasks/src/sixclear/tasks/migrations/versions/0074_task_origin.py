"""What a task came of. The release before writes none."""

from alembic import op

revision = "0074"
down_revision = "0073"


def upgrade() -> None:
    op.execute("ALTER TABLE task ADD COLUMN IF NOT EXISTS origin jsonb")
