"""By which version of its case a rating was given: of two of one hour the later one. The release before says none."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.add_column("rating", sa.Column("submission_version", sa.Integer(), nullable=True))
