"""When an answer was due before a newer edition of the calendar moved it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("submission", sa.Column("first_due_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
