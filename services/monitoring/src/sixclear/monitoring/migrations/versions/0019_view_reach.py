"""Programmes know whether their work is national or a body's own."""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    execute_all(
        op,
        [
            "ALTER TABLE programme_state ADD COLUMN reach text",
            "CREATE INDEX ix_programme_state_own ON programme_state (epoch) WHERE reach = 'own'",
        ],
    )
