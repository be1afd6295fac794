"""Evidence may be of a period of a recurring task. The release before writes none.

A column that is null is added without writing a row.
"""

from alembic import op

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    op.execute("ALTER TABLE evidence ADD COLUMN IF NOT EXISTS period text")
