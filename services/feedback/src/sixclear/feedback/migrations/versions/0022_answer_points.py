"""Points, schedule and correction of an answer, and the steps that it promises. The release before writes none."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    for name in ("points_sealed", "correction_reason_sealed"):
        op.add_column("answer", sa.Column(name, sa.LargeBinary(), nullable=True))
    op.add_column("answer", sa.Column("publish_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("answer", sa.Column("corrects", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_answer_scheduled",
        "answer",
        ["publish_at"],
        postgresql_where=sa.text("publish_at IS NOT NULL AND published_at IS NULL AND withdrawn_at IS NULL"),
    )
    op.create_table(
        "promise",
        sa.Column("promise_id", sa.Uuid(), nullable=False),
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("done_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.Column("done_words_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.answer_id"], name=op.f("fk_promise_answer_id_answer")),
        sa.PrimaryKeyConstraint("promise_id", name=op.f("pk_promise")),
    )
    op.create_index(op.f("ix_promise_answer_id"), "promise", ["answer_id"])
