"""What was decided on a field as it counted before; of which owner a proposal came."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("field_past", sa.Column("standing", sa.Text(), nullable=True))
    op.add_column("field_past", sa.Column("decided_by_organisation_id", sa.UUID(), nullable=True))
    op.add_column("field_past", sa.Column("decision_basis", postgresql.JSONB(), nullable=True))
    op.add_column("field_past", sa.Column("decision_reason", sa.Text(), nullable=True))
    op.add_column("field_past", sa.Column("is_public", sa.Boolean(), nullable=True))
    op.add_column("field_past", sa.Column("is_state", sa.Boolean(), nullable=True))
    op.add_column("assignment", sa.Column("owner_at_proposal", sa.UUID(), nullable=True))
