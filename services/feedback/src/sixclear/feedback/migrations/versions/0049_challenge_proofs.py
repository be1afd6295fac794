"""What submissions above the load showed once, and what is held as possible spam. The release before writes neither."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    op.create_table(
        "used_proof",
        sa.Column("identity", sa.LargeBinary(), nullable=False),
        sa.Column("kept_until", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("identity", name=op.f("pk_used_proof")),
    )
    op.create_index(op.f("ix_used_proof_kept_until"), "used_proof", ["kept_until"])
    op.add_column("submission", sa.Column("held_until", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.create_index(
        "ix_submission_held", "submission", ["held_until"], postgresql_where=sa.text("held_until IS NOT NULL")
    )
