"""The body that sent a submission for itself, and its points. The release before writes neither."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    op.add_column("submission", sa.Column("sender_organisation_id", sa.Uuid(), nullable=True))
    op.add_column("submission", sa.Column("points_sealed", sa.LargeBinary(), nullable=True))
    op.create_index(
        "ix_submission_sender",
        "submission",
        ["sender_organisation_id", "received_at", "submission_id"],
        postgresql_where=sa.text("sender_organisation_id IS NOT NULL"),
    )
