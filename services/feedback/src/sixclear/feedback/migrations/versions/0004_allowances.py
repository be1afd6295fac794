"""How often each visitor may still send or be wrong, counted once for all processes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "allowance",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("network_hash", sa.LargeBinary(), nullable=False),
        sa.Column("full_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "network_hash", name=op.f("pk_allowance")),
    )
    op.create_index(op.f("ix_allowance_full_at"), "allowance", ["full_at"], unique=False)
