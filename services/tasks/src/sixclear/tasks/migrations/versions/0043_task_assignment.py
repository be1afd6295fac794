"""Whether the lead body has accepted what it was given. The release before writes none of it: its tasks are accepted.

Columns that are null, or have a constant default, are added without writing a row.
"""

from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    for column in ("accept_by", "accepted_at", "objected_at"):
        op.execute(f"ALTER TABLE task ADD COLUMN IF NOT EXISTS {column} timestamptz")
    op.execute("ALTER TABLE decision ADD COLUMN IF NOT EXISTS objection boolean NOT NULL DEFAULT false")
