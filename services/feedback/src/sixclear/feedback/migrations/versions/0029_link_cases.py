"""Which cases are of one need, and a keyed hash of their words. The release before writes neither."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.add_column("submission", sa.Column("words_hash", sa.LargeBinary(), nullable=True))
    op.create_index(
        "ix_submission_words_hash", "submission", ["words_hash"], postgresql_where=sa.text("words_hash IS NOT NULL")
    )
    op.create_table(
        "case_link",
        sa.Column("one_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("decision IN ('linked', 'refused')", name=op.f("ck_case_link_decision")),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_case_link_order")),
        sa.ForeignKeyConstraint(["one_id"], ["submission.submission_id"], name=op.f("fk_case_link_one_id_submission")),
        sa.ForeignKeyConstraint(
            ["other_id"], ["submission.submission_id"], name=op.f("fk_case_link_other_id_submission")
        ),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_case_link")),
    )
    op.create_index(op.f("ix_case_link_other_id"), "case_link", ["other_id"])
