"""From which bodies the hub took a case. The release before does not say it; what it took before is not known."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    instant = postgresql.TIMESTAMP(timezone=True)
    op.create_table(
        "taken_case",
        sa.Column("taken_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("body_started_at", instant, nullable=True),
        sa.Column("taken_at", instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.submission_id"], name=op.f("fk_taken_case_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("taken_id", name=op.f("pk_taken_case")),
    )
    op.create_index(op.f("ix_taken_case_submission_id"), "taken_case", ["submission_id"])
