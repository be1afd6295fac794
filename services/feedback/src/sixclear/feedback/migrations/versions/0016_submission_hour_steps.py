"""How well a sender can be known, and the steps that wait for the end of their hour.

The release before writes neither: its cases are pseudonymous, and its sealed ones keep their instants.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("submission", sa.Column("identity_level", sa.Text(), server_default="pseudonymous", nullable=False))
    op.create_check_constraint(
        op.f("ck_submission_identity_level"),
        "submission",
        "identity_level IN ('named', 'pseudonymous', 'anonymous')",
    )
    op.execute(
        "UPDATE submission SET identity_level = 'named' FROM contact"
        " WHERE contact.submission_id = submission.submission_id AND contact.name IS NOT NULL"
    )
    op.add_column("statement", sa.Column("by_hour", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_table(
        "hour_step",
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.Column("meta", postgresql.JSONB(), nullable=False),
        sa.Column("hour", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.submission_id"], name=op.f("fk_hour_step_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("step_id", name=op.f("pk_hour_step")),
    )
    op.create_index(op.f("ix_hour_step_submission_id"), "hour_step", ["submission_id"])
    op.create_index(op.f("ix_hour_step_hour"), "hour_step", ["hour"])
