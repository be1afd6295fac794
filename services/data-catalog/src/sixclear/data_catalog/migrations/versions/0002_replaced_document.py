"""Documents that were replaced by newer ones stay readable: which one a decision was made on can be shown."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "replaced_document",
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("title_folded", sa.Text(), nullable=False),
        sa.Column("entry_version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("added_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("replaced_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.entry_id"], name=op.f("fk_replaced_document_entry_id_entry")),
        sa.PrimaryKeyConstraint("entry_id", "title_folded", "entry_version", name=op.f("pk_replaced_document")),
    )
