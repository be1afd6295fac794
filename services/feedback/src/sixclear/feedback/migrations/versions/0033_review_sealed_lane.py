"""The sealed lane: a public abstract, kept sealed until a moderator releases it, and the day on which an embargo ends.

The release before writes neither; its sealed initiatives have no abstract, and their embargo never ends.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.add_column("submission", sa.Column("abstract_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("submission", sa.Column("embargo_until", sa.Date(), nullable=True))
