"""The organisations that `tasks` publishes: the table, and how far its consumer has come."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from sixclear.common.bus import mirror
from sixclear.common.migrations import execute_all

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    execute_all(op, mirror.DDL_V1)
    op.create_table(
        "organisation",
        sa.Column("entity_id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("entity_id", name=op.f("pk_organisation")),
    )
    op.create_index("ix_organisation_codes", "organisation", ["codes"], postgresql_using="gin")
