"""Satisfaction as it is told on a day. The release before counts it at each reading, and keeps none."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    op.create_table(
        "satisfaction_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.Uuid(), nullable=False),
        sa.Column("told", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("day", "year", "body", name=op.f("pk_satisfaction_day")),
    )
