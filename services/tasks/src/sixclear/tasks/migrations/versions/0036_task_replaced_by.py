"""What a split or merged task was replaced by. The release before does not know it, and leaves it empty."""

from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.execute("ALTER TABLE task ADD COLUMN IF NOT EXISTS replaced_by uuid[]")
