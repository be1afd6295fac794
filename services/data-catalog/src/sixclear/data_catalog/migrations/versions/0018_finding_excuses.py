"""Excuses of findings; the release before does not know the table."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    instant = postgresql.TIMESTAMP(timezone=True)
    op.create_table(
        "finding_excuse",
        sa.Column("finding_id", sa.UUID(), nullable=False),
        sa.Column("legal_basis", postgresql.JSONB(), nullable=False),
        sa.Column("excused_at", instant, nullable=False),
        sa.Column("excused_by_organisation_id", sa.UUID(), nullable=False),
        sa.Column("expires_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("finding_id", name=op.f("pk_finding_excuse")),
    )
