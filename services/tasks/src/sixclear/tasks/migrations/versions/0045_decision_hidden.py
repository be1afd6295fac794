"""What was asked or decided while its task was restricted stays with its bodies. The release before does not write it.

Of a task that is restricted now it is not known when each was said, so all of its decisions stay with its bodies. A
column with a constant default is added without writing a row.
"""

from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    op.execute("ALTER TABLE decision ADD COLUMN IF NOT EXISTS hidden boolean NOT NULL DEFAULT false")
    op.execute("UPDATE decision SET hidden = true WHERE classification <> 'public' AND NOT hidden")
