"""Requests that endorsed a public copy, known for a day or two. The release before counts each of them again."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    op.create_table(
        "endorsement_key",
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_endorsement_key")),
    )
    op.create_index(op.f("ix_endorsement_key_used_on"), "endorsement_key", ["used_on"])
