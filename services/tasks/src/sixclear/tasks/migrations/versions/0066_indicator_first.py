"""Indicators, their definitions, tasks and targets."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "indicator",
        sa.Column("indicator_id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("programme_id", sa.UUID(), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("definition", sa.Integer(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("value_type", sa.Text(), nullable=False),
        sa.Column("cumulative", sa.Boolean(), nullable=False),
        sa.Column("period_unit", sa.Text(), nullable=False),
        sa.Column("decimals", sa.SmallInteger(), nullable=False),
        sa.Column("parts_of_whole", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("least", sa.Numeric(precision=24, scale=6), nullable=True),
        sa.Column("most", sa.Numeric(precision=24, scale=6), nullable=True),
        sa.Column("jump_percent", sa.Numeric(precision=24, scale=6), nullable=True),
        sa.Column("statements", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("supplies", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("levels", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("bodies", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("directive_id", sa.UUID(), nullable=True),
        sa.Column("target_sets", sa.Integer(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("direction IN ('up', 'down', 'within')", name=op.f("ck_indicator_direction")),
        sa.CheckConstraint("kind IN ('strategic', 'operational')", name=op.f("ck_indicator_kind")),
        sa.CheckConstraint(
            "value_type IN ('count', 'amount', 'ratio', 'share', 'rank', 'index', 'yes_no')",
            name=op.f("ck_indicator_value_type"),
        ),
        sa.ForeignKeyConstraint(
            ["directive_id"], ["directive.directive_id"], name=op.f("fk_indicator_directive_id_directive")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.programme_id"], name=op.f("fk_indicator_programme_id_programme")
        ),
        sa.PrimaryKeyConstraint("indicator_id", name=op.f("pk_indicator")),
        sa.UniqueConstraint("code", name=op.f("uq_indicator_code")),
    )
    op.create_index(op.f("ix_indicator_programme_id"), "indicator", ["programme_id"], unique=False)
    op.create_table(
        "indicator_definition",
        sa.Column("indicator_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("defined_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.indicator_id"], name=op.f("fk_indicator_definition_indicator_id_indicator")
        ),
        sa.PrimaryKeyConstraint("indicator_id", "number", name=op.f("pk_indicator_definition")),
    )
    op.create_table(
        "indicator_task",
        sa.Column("indicator_id", sa.UUID(), nullable=False),
        sa.Column("task_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.indicator_id"], name=op.f("fk_indicator_task_indicator_id_indicator")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.task_id"], name=op.f("fk_indicator_task_task_id_task")),
        sa.PrimaryKeyConstraint("indicator_id", "task_id", name=op.f("pk_indicator_task")),
    )
    op.create_index(op.f("ix_indicator_task_task_id"), "indicator_task", ["task_id"], unique=False)
    op.create_table(
        "indicator_target",
        sa.Column("indicator_id", sa.UUID(), nullable=False),
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("set_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("set_by_organisation_id", sa.UUID(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.indicator_id"], name=op.f("fk_indicator_target_indicator_id_indicator")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_indicator_target_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("indicator_id", "organisation_id", "number", name=op.f("pk_indicator_target")),
        sa.UniqueConstraint(
            "indicator_id",
            "organisation_id",
            "set_at",
            name=op.f("uq_indicator_target_indicator_id_organisation_id_set_at"),
        ),
    )
