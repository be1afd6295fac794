"""How often the service failed at a part of a decision over many tasks. The release before reads and writes nothing of it.

Columns with a constant default, or null, are added without writing a row.
"""

from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    op.execute("ALTER TABLE decision_part ADD COLUMN IF NOT EXISTS failures smallint NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE decision_part ADD COLUMN IF NOT EXISTS again_at timestamptz")
