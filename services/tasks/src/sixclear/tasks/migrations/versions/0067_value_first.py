"""Values of indicators, and the statements made in them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "value",
        sa.Column("value_id", sa.UUID(), nullable=False),
        sa.Column("indicator_id", sa.UUID(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("statement", sa.Integer(), nullable=False),
        sa.Column("approved", sa.Integer(), nullable=True),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('draft', 'submitted', 'returned', 'approved', 'withdrawn')", name=op.f("ck_value_status")
        ),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.indicator_id"], name=op.f("fk_value_indicator_id_indicator")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_value_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("value_id", name=op.f("pk_value")),
        sa.UniqueConstraint(
            "indicator_id", "organisation_id", "period", name=op.f("uq_value_indicator_id_organisation_id_period")
        ),
    )
    op.create_index("ix_value_organisation_id", "value", ["organisation_id", "period"], unique=False)
    op.create_index(
        "ix_value_waiting",
        "value",
        ["status", "indicator_id", "value_id"],
        unique=False,
        postgresql_where=sa.text("status <> 'approved'"),
    )
    op.create_table(
        "value_statement",
        sa.Column("value_id", sa.UUID(), nullable=False),
        sa.Column("statement", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.UUID(), nullable=False),
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("definition", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("number", sa.Numeric(precision=24, scale=6), nullable=True),
        sa.Column("numerator", sa.Numeric(precision=24, scale=6), nullable=True),
        sa.Column("denominator", sa.Numeric(precision=24, scale=6), nullable=True),
        sa.Column("bound", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("provenance", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("breaches", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("supplied_by_organisation_id", sa.UUID(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("submitted_by", sa.Text(), nullable=True),
        sa.Column("submitted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_by_organisation_id", sa.UUID(), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("return_reason", sa.Text(), nullable=True),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("bound IN ('more_than', 'less_than', 'about')", name=op.f("ck_value_statement_bound")),
        sa.CheckConstraint(
            "status IN ('draft', 'submitted', 'returned', 'approved', 'withdrawn')",
            name=op.f("ck_value_statement_status"),
        ),
        sa.ForeignKeyConstraint(["value_id"], ["value.value_id"], name=op.f("fk_value_statement_value_id_value")),
        sa.PrimaryKeyConstraint("value_id", "statement", name=op.f("pk_value_statement")),
    )
    op.create_index(
        "ix_value_statement_series",
        "value_statement",
        ["indicator_id", "organisation_id", "last_day", "statement"],
        unique=False,
        postgresql_where=sa.text("status IN ('approved', 'withdrawn')"),
    )
