"""Endorsements of public copies, and the head's answer to them. The release before knows neither."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.add_column("publication", sa.Column("head", sa.Text(), nullable=True))
    op.add_column("publication", sa.Column("points", postgresql.JSONB(), nullable=True))
    op.add_column("publication", sa.Column("head_answered_on", sa.Date(), nullable=True))
    op.create_table(
        "endorsement",
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("endorser_hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.publication_id"], name=op.f("fk_endorsement_publication_id_publication")
        ),
        sa.PrimaryKeyConstraint("publication_id", "endorser_hash", name=op.f("pk_endorsement")),
    )
    op.create_table(
        "support",
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("verified", sa.Integer(), nullable=False),
        sa.Column("unverified", sa.Integer(), nullable=False),
        sa.Column("owed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.publication_id"], name=op.f("fk_support_publication_id_publication")
        ),
        sa.PrimaryKeyConstraint("publication_id", name=op.f("pk_support")),
    )
    op.create_index(
        "ix_support_owed", "support", ["owed_on", "publication_id"], postgresql_where=sa.text("owed_on IS NOT NULL")
    )
