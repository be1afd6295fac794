"""A milestone lapses when its task ends before it is reached. The release before does not write when.

A column that is null is added without writing a row. `sixclear publish-past` closes what tasks that are over left open.
"""

from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    op.execute("ALTER TABLE milestone ADD COLUMN IF NOT EXISTS lapsed_at timestamptz")
