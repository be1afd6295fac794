"""First schema: programme lists, entries, the documents of their dossiers, and the event log."""

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
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    execute_all(op, event_log.DDL_V1 + relay_cursor.DDL_V1 + idempotency.DDL_V1)
    op.create_table(
        "entry",
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("owner_organisation_id", sa.UUID(), nullable=False),
        sa.Column("lists", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=True),
        sa.Column("security_level", sa.SmallInteger(), nullable=True),
        sa.Column("last_backup_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("deployment_stage", sa.Text(), nullable=False),
        sa.Column("deployment_due", sa.Date(), nullable=True),
        sa.Column("risk", sa.Text(), nullable=False),
        sa.Column("registration_status", sa.Text(), nullable=False),
        sa.Column("submitted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("submitted_by_organisation_id", sa.UUID(), nullable=True),
        sa.Column("returned_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("returned_by_organisation_id", sa.UUID(), nullable=True),
        sa.Column("return_reason", sa.Text(), nullable=True),
        sa.Column("approved_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("approved_by_organisation_id", sa.UUID(), nullable=True),
        sa.Column("missing_documents", sa.Integer(), nullable=False),
        sa.Column("promised_period_seconds", sa.Integer(), nullable=True),
        sa.Column("last_heartbeat_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("records_count", sa.BigInteger(), nullable=True),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('database', 'information_system', 'dataset', 'data_service')", name=op.f("ck_entry_kind")
        ),
        sa.CheckConstraint("risk IN ('high', 'none')", name=op.f("ck_entry_risk")),
        sa.CheckConstraint("promised_period_seconds > 0", name=op.f("ck_entry_promised_period_seconds")),
        sa.CheckConstraint("security_level BETWEEN 1 AND 5", name=op.f("ck_entry_security_level")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_entry")),
        sa.UniqueConstraint("code", name=op.f("uq_entry_code")),
    )
    op.create_index(
        "ix_entry_lists",
        "entry",
        ["lists"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"lists": "jsonb_path_ops"},
    )
    op.create_index(op.f("ix_entry_owner_organisation_id"), "entry", ["owner_organisation_id"], unique=False)
    op.create_index(
        "ix_entry_search",
        "entry",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.create_table(
        "programme_list",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_programme_list")),
    )
    op.create_table(
        "document",
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("title_folded", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("missing", sa.Boolean(), nullable=False),
        sa.Column("asked_by_organisation_id", sa.UUID(), nullable=True),
        sa.Column("asked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("added_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.entry_id"], name=op.f("fk_document_entry_id_entry")),
        sa.PrimaryKeyConstraint("entry_id", "title_folded", name=op.f("pk_document")),
    )
    op.create_table(
        "programme_list_edition",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["slug"], ["programme_list.slug"], name=op.f("fk_programme_list_edition_slug_programme_list")
        ),
        sa.PrimaryKeyConstraint("slug", "edition", name=op.f("pk_programme_list_edition")),
    )


def downgrade() -> None:
    raise NotImplementedError("The first schema is not taken back; restore a backup instead.")
