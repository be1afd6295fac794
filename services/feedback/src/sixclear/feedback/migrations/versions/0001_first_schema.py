"""First schema: submissions, contacts apart from them, messages, answers, and the event log."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from sixclear.common.events import log as event_log
from sixclear.common.migrations import execute_all
from sixclear.common.relay import cursor as relay_cursor
from sixclear.common.web import idempotency

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    execute_all(op, event_log.DDL_V1 + relay_cursor.DDL_V1 + idempotency.DDL_V1)
    op.create_table(
        "submission",
        sa.Column("submission_id", sa.UUID(), nullable=False),
        sa.Column("receipt_hash", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("suggested_programme", sa.String(length=80), nullable=True),
        sa.Column("programme", sa.String(length=80), nullable=True),
        sa.Column("addressed_organisation_id", sa.UUID(), nullable=True),
        sa.Column("organisation_id", sa.UUID(), nullable=True),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("sender_kind", sa.Text(), nullable=False),
        sa.Column("consent", sa.Boolean(), nullable=False),
        sa.Column("on_behalf_by", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("due_soon_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("calendar_edition", sa.String(length=20), nullable=False),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("messages_count", sa.Integer(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('feedback', 'recommendation', 'initiative', 'solution')", name=op.f("ck_submission_kind")
        ),
        sa.CheckConstraint("visibility <> 'sealed' OR kind = 'initiative'", name=op.f("ck_submission_sealed")),
        sa.CheckConstraint("visibility IN ('requester', 'public', 'sealed')", name=op.f("ck_submission_visibility")),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_submission")),
        sa.UniqueConstraint("receipt_hash", name=op.f("uq_submission_receipt_hash")),
    )
    op.create_index("ix_submission_listing", "submission", ["due_at", "submission_id"], unique=False)
    op.create_index(op.f("ix_submission_organisation_id"), "submission", ["organisation_id"], unique=False)
    op.create_table(
        "access_log",
        sa.Column("access_id", sa.UUID(), nullable=False),
        sa.Column("submission_id", sa.UUID(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.UUID(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("read_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("what IN ('contact', 'sealed_text')", name=op.f("ck_access_log_what")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.submission_id"], name=op.f("fk_access_log_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("access_id", name=op.f("pk_access_log")),
    )
    op.create_index(op.f("ix_access_log_submission_id"), "access_log", ["submission_id"], unique=False)
    op.create_table(
        "answer",
        sa.Column("answer_id", sa.UUID(), nullable=False),
        sa.Column("submission_id", sa.UUID(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("responsible_organisation_id", sa.UUID(), nullable=False),
        sa.Column("next_date", sa.Date(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Text(), nullable=False),
        sa.Column("drafted_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=True),
        sa.Column("published_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("published_by <> drafted_by", name=op.f("ck_answer_four_eyes")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.submission_id"], name=op.f("fk_answer_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_answer")),
    )
    op.create_index(op.f("ix_answer_submission_id"), "answer", ["submission_id"], unique=False)
    op.create_table(
        "contact",
        sa.Column("submission_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.submission_id"], name=op.f("fk_contact_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_contact")),
    )
    op.create_table(
        "message",
        sa.Column("submission_id", sa.UUID(), nullable=False),
        sa.Column("submission_version", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("author IN ('sender', 'handler')", name=op.f("ck_message_author")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.submission_id"], name=op.f("fk_message_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("submission_id", "submission_version", name=op.f("pk_message")),
    )


def downgrade() -> None:
    raise NotImplementedError("The first schema is not taken back; restore a backup instead.")
