"""What people write is sealed: wrapped keys, and columns beside those in clear.

This expands only. The release before goes on writing in clear; a process of this one seals what it finds, and then the
columns in clear are empty (`sealing/filling.py`). A later release takes them away.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"

_IN_CLEAR = {"submission": ("title", "text"), "message": ("text",), "answer": ("reason", "legal_basis", "text")}
_SEALED = _IN_CLEAR | {"access_log": ("reason",), "contact": ("name", "email", "phone")}


def upgrade() -> None:
    op.create_table(
        "case_key",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(10), nullable=False),
        sa.Column("recipient", sa.String(80), nullable=False),
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("purpose IN ('content', 'identity')", name=op.f("ck_case_key_purpose")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.submission_id"], name=op.f("fk_case_key_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("submission_id", "purpose", "recipient", name=op.f("pk_case_key")),
    )
    op.create_index("ix_case_key_period", "case_key", ["period"])
    op.create_table(
        "erasure",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(10), nullable=False),
        sa.Column("erased_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("backups_until", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("purpose IN ('content', 'identity')", name=op.f("ck_erasure_purpose")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.submission_id"], name=op.f("fk_erasure_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("submission_id", "purpose", name=op.f("pk_erasure")),
    )
    for table, columns in _SEALED.items():
        for column in columns:
            op.add_column(table, sa.Column(f"{column}_sealed", sa.LargeBinary(), nullable=True))
    for table, columns in _IN_CLEAR.items():
        for column in columns:
            op.alter_column(table, column, server_default="")
