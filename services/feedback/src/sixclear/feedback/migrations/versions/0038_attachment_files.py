"""Files of cases, sealed outside of the database, and that reading one is logged. The release before writes neither."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("facts_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("blob", sa.String(length=64), nullable=False),
        sa.Column("shown_blob", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("scanned_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('ready', 'held', 'refused', 'gone')", name=op.f("ck_attachment_state")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.submission_id"], name=op.f("fk_attachment_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("attachment_id", name=op.f("pk_attachment")),
    )
    for column in ("submission_id", "blob", "shown_blob"):
        op.create_index(op.f(f"ix_attachment_{column}"), "attachment", [column])
    op.create_index(
        "ix_attachment_waiting",
        "attachment",
        ["state", "attachment_id"],
        postgresql_where=sa.text("state IN ('held', 'gone')"),
    )
    op.drop_constraint(op.f("ck_access_log_what"), "access_log", type_="check")
    op.create_check_constraint(op.f("ck_access_log_what"), "access_log", "what IN ('contact', 'sealed_text', 'file')")
