"""What is owed belongs to the case: its copies that were taken back are found by it."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.create_index(
        "ix_publication_former",
        "publication",
        ["submission_id"],
        postgresql_where=sa.text("withdrawn_on IS NOT NULL"),
    )
