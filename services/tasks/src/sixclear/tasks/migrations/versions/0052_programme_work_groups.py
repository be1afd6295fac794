"""A programme may say which groups of work it has. The release before knows none, and lets a decision name any.

A column that is null is added without writing a row.
"""

from alembic import op

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    op.execute("ALTER TABLE programme ADD COLUMN IF NOT EXISTS work_groups jsonb")
