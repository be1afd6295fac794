"""Escrow keys of months past that their holder destroyed. The release before records none."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    op.create_table(
        "escrow_destruction",
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("destroyed_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_person", sa.Text(), nullable=True),
        sa.Column("recorded_position", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_escrow_destruction")),
    )
