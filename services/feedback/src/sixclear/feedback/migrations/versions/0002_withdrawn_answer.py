"""A draft is withdrawn when the case goes to another body."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("ALTER TABLE answer ADD COLUMN withdrawn_at timestamptz")
