"""By when an entry is to be registered, on what steps rest, and which documents of a dossier were refused.

The release before knows none of it: a document that it puts in or asks for is judged by its dates
(`document/models.py`), and what it describes again keeps the due date.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("entry", sa.Column("registration_due", sa.Date(), nullable=True))
    instant = postgresql.TIMESTAMP(timezone=True)
    op.add_column("document", sa.Column("due", sa.Date(), nullable=True))
    for table in ("document", "replaced_document"):
        op.add_column(table, sa.Column("refused_at", instant, nullable=True))
        op.add_column(table, sa.Column("refused_by_organisation_id", sa.UUID(), nullable=True))
        op.add_column(table, sa.Column("refusal_reason", sa.Text(), nullable=True))
    op.create_table(
        "step_proof",
        sa.Column("entry_id", sa.UUID(), nullable=False),
        sa.Column("entry_version", sa.Integer(), nullable=False),
        sa.Column("decision", postgresql.JSONB(), nullable=True),
        sa.Column("evidence", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.entry_id"], name=op.f("fk_step_proof_entry_id_entry")),
        sa.PrimaryKeyConstraint("entry_id", "entry_version", name=op.f("pk_step_proof")),
    )
    # Dossiers are listed by how far they are; most entries are not registered at all.
    op.create_index("ix_entry_registration_status", "entry", ["registration_status"])
