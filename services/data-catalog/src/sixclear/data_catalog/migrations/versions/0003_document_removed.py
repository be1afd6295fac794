"""A document can be taken out of a dossier; what it was, and who had asked for it, stays readable."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("replaced_document", sa.Column("removed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("replaced_document", sa.Column("asked_by_organisation_id", sa.UUID(), nullable=True))
    op.add_column("replaced_document", sa.Column("asked_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
