"""When a sender took a new receipt code. The release before leaves it null, and ends no code."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("submission", sa.Column("code_changed_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
