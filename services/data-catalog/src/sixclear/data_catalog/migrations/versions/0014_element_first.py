"""Elements and code lists with their versions; the release before does not know the tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from sixclear.common.folded_columns import without_signs

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    for table in ("element", "code_list"):
        _keep(table)
    op.add_column("element", sa.Column("restricted", sa.Boolean(), nullable=False))
    expression = without_signs("search_text")
    op.execute(f"CREATE INDEX ix_element_search_compact ON element USING gin (({expression}) gin_trgm_ops)")


def _keep(table: str) -> None:
    instant = postgresql.TIMESTAMP(timezone=True)
    op.create_table(
        table,
        sa.Column(f"{table}_id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("folded_key", sa.Text(), nullable=False),
        sa.Column("owner_organisation_id", sa.UUID(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("approved_number", sa.Integer(), nullable=True),
        sa.Column("draft_number", sa.Integer(), nullable=True),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=True),
        sa.Column("approved_at", instant, nullable=True),
        sa.Column("approved_by_organisation_id", sa.UUID(), nullable=True),
        sa.Column("decided_at", instant, nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.Column("occurred_at", instant, nullable=False),
        sa.Column("recorded_at", instant, nullable=False),
        sa.PrimaryKeyConstraint(f"{table}_id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("folded_key", name=op.f(f"uq_{table}_folded_key")),
    )
    op.create_index(op.f(f"ix_{table}_owner_organisation_id"), table, ["owner_organisation_id"])
    op.create_index(f"ix_{table}_code", table, ["code", f"{table}_id"])
    op.create_table(
        f"{table}_version",
        sa.Column(f"{table}_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("hands", postgresql.JSONB(), nullable=False),
        sa.Column("drafted_at", instant, nullable=False),
        sa.Column("approved_at", instant, nullable=True),
        sa.Column("approved_by_organisation_id", sa.UUID(), nullable=True),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("ended_at", instant, nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            [f"{table}_id"], [f"{table}.{table}_id"], name=op.f(f"fk_{table}_version_{table}_id_{table}")
        ),
        sa.PrimaryKeyConstraint("number", f"{table}_id", name=op.f(f"pk_{table}_version")),
    )
