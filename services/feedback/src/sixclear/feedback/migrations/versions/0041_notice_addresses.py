"""Who is told of news, with the mail that waits. The release before writes no addresses, and sends no mails."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    for table in ("case_key", "erasure"):
        op.drop_constraint(op.f(f"ck_{table}_purpose"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_purpose"), table, "purpose IN ('content', 'identity', 'notice')")
    op.create_table(
        "notice",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("send_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("mail_id", sa.Uuid(), nullable=True),
        sa.Column("last_sent_on", sa.Date(), nullable=True),
        sa.CheckConstraint("language IN ('vi', 'en', 'ar')", name=op.f("ck_notice_language")),
        sa.CheckConstraint("(send_at IS NULL) = (mail_id IS NULL)", name=op.f("ck_notice_mail")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.submission_id"], name=op.f("fk_notice_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_send_at", "notice", ["send_at"], postgresql_where=sa.text("send_at IS NOT NULL"))
