"""Reopenings, appeals on two levels, and when a sender's message is to have a word. The release before writes none."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"


def _instant(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, postgresql.TIMESTAMP(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.add_column("submission", sa.Column("appeal_organisation_id", sa.Uuid(), nullable=True))
    op.add_column("submission", _instant("message_due_at"))
    op.create_table(
        "reopening",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        _instant("answered_at", nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        _instant("reopened_at", nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.submission_id"], name=op.f("fk_reopening_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_reopening")),
    )
    op.create_table(
        "appeal",
        sa.Column("appeal_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("about_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        _instant("filed_at", nullable=False),
        _instant("due_at", nullable=False),
        _instant("decided_at"),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_person", sa.Text(), nullable=True),
        sa.Column("decided_position", sa.Text(), nullable=True),
        sa.CheckConstraint("level IN (1, 2)", name=op.f("ck_appeal_level")),
        sa.CheckConstraint("basis IN ('answer', 'silence')", name=op.f("ck_appeal_basis")),
        sa.CheckConstraint("decision IN ('upheld', 'upheld_in_part', 'rejected')", name=op.f("ck_appeal_decision")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.submission_id"], name=op.f("fk_appeal_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("appeal_id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("submission_id", "level", name=op.f("uq_appeal_submission_id_level")),
    )
    op.create_index(op.f("ix_appeal_organisation_id"), "appeal", ["organisation_id"])
    op.create_index("ix_appeal_open", "appeal", ["due_at", "appeal_id"], postgresql_where=sa.text("decided_at IS NULL"))
