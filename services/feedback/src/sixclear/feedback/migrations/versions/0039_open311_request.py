"""Which post over Open311 a case came with. The release before knows none."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.create_table(
        "open311_request",
        sa.Column("service_request_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("application", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.submission_id"], name=op.f("fk_open311_request_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("service_request_id", name=op.f("pk_open311_request")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_open311_request_submission_id")),
    )
