"""First schema: organisations, programmes, directives, tasks, and the event log."""

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
        "organisation",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("codes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("name_folded", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.UUID(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "level IN ('central', 'province', 'commune', 'department')", name=op.f("ck_organisation_level")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["organisation.organisation_id"], name=op.f("fk_organisation_parent_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("code", name=op.f("uq_organisation_code")),
    )
    op.create_index("ix_organisation_codes", "organisation", ["codes"], unique=False, postgresql_using="gin")
    op.create_index(op.f("ix_organisation_parent_id"), "organisation", ["parent_id"], unique=False)
    op.create_table(
        "organisation_period",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_organisation_period_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "valid_from", name=op.f("pk_organisation_period")),
    )
    op.create_table(
        "programme",
        sa.Column("programme_id", sa.UUID(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.Column("source_vi", sa.Text(), nullable=True),
        sa.Column("source_en", sa.Text(), nullable=True),
        sa.Column("owner_organisation_id", sa.UUID(), nullable=False),
        sa.Column("six_clears_enforced", sa.Boolean(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_programme_owner_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("programme_id", name=op.f("pk_programme")),
        sa.UniqueConstraint("slug", name=op.f("uq_programme_slug")),
    )
    op.create_table(
        "directive",
        sa.Column("directive_id", sa.UUID(), nullable=False),
        sa.Column("programme_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issuer_organisation_id", sa.UUID(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["issuer_organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_directive_issuer_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.programme_id"], name=op.f("fk_directive_programme_id_programme")
        ),
        sa.PrimaryKeyConstraint("directive_id", name=op.f("pk_directive")),
        sa.UniqueConstraint("programme_id", "number", name=op.f("uq_directive_programme_id_number")),
    )
    op.create_index(op.f("ix_directive_programme_id"), "directive", ["programme_id"], unique=False)
    op.create_table(
        "task",
        sa.Column("task_id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("programme_id", sa.UUID(), nullable=False),
        sa.Column("directive_id", sa.UUID(), nullable=True),
        sa.Column("clause", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("classification", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recurrence", sa.Text(), nullable=True),
        sa.Column("assigned_by", sa.Text(), nullable=False),
        sa.Column("assigning_organisation_id", sa.UUID(), nullable=False),
        sa.Column("lead_organisation_id", sa.UUID(), nullable=True),
        sa.Column("coordinating_organisation_ids", sa.ARRAY(sa.UUID()), nullable=False),
        sa.Column("leader_position", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("responsible_position", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("product", sa.Text(), nullable=True),
        sa.Column("authority", sa.Text(), nullable=True),
        sa.Column("original_deadline", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("current_deadline", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("percent", sa.SmallInteger(), nullable=False),
        sa.Column("last_report_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("reports_count", sa.Integer(), nullable=False),
        sa.Column("submitted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("completed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("completed_by_organisation_id", sa.UUID(), nullable=True),
        sa.Column("evidence_count", sa.Integer(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("classification IN ('public', 'restricted')", name=op.f("ck_task_classification")),
        sa.CheckConstraint("kind IN ('one_off', 'recurring')", name=op.f("ck_task_kind")),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_task_percent")),
        sa.ForeignKeyConstraint(
            ["assigning_organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_task_assigning_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["directive_id"], ["directive.directive_id"], name=op.f("fk_task_directive_id_directive")
        ),
        sa.ForeignKeyConstraint(
            ["lead_organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_task_lead_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.programme_id"], name=op.f("fk_task_programme_id_programme")
        ),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_task")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_task_source_external_id")),
    )
    op.create_index(op.f("ix_task_assigning_organisation_id"), "task", ["assigning_organisation_id"], unique=False)
    op.create_index(op.f("ix_task_directive_id"), "task", ["directive_id"], unique=False)
    op.create_index(op.f("ix_task_lead_organisation_id"), "task", ["lead_organisation_id"], unique=False)
    op.create_index(
        "ix_task_listing",
        "task",
        [sa.text("coalesce(current_deadline, 'infinity'::timestamptz)"), "task_id"],
        unique=False,
    )
    op.create_index(op.f("ix_task_programme_id"), "task", ["programme_id"], unique=False)
    op.create_index(
        "ix_task_search",
        "task",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.create_table(
        "evidence",
        sa.Column("task_id", sa.UUID(), nullable=False),
        sa.Column("task_version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("organisation_id", sa.UUID(), nullable=True),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.task_id"], name=op.f("fk_evidence_task_id_task")),
        sa.PrimaryKeyConstraint("task_id", "task_version", name=op.f("pk_evidence")),
    )
    op.create_table(
        "progress_report",
        sa.Column("task_id", sa.UUID(), nullable=False),
        sa.Column("task_version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.UUID(), nullable=True),
        sa.Column("percent", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("difficulty", sa.Text(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("remedy", sa.Text(), nullable=True),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.task_id"], name=op.f("fk_progress_report_task_id_task")),
        sa.PrimaryKeyConstraint("task_id", "task_version", name=op.f("pk_progress_report")),
    )


def downgrade() -> None:
    raise NotImplementedError("The first schema is not taken back; restore a backup instead.")
