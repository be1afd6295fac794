"""Programmes say whether their work is national or their owner's own. Those that are there are national."""

from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.execute("ALTER TABLE programme ADD COLUMN reach text NOT NULL DEFAULT 'national'")
