"""What senders say of answers, that they were asked once more, and when they had a case looked at again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    for name in ("reopened_at", "appealed_at"):
        op.add_column("submission", sa.Column(name, postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.create_index(
        "ix_submission_answered_at",
        "submission",
        ["answered_at"],
        postgresql_where=sa.text("answered_at IS NOT NULL"),
    )
    op.create_table(
        "rating",
        sa.Column("rating_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("rating", sa.Text(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("rated_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("rating IN ('solved', 'partly', 'not_solved')", name=op.f("ck_rating_rating")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.submission_id"], name=op.f("fk_rating_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("rating_id", name=op.f("pk_rating")),
    )
    op.create_index(op.f("ix_rating_submission_id"), "rating", ["submission_id"])
    op.create_table(
        "rating_reminder",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("reminded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.submission_id"], name=op.f("fk_rating_reminder_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("submission_id", "answered_at", name=op.f("pk_rating_reminder")),
    )
