"""The order of what a case that keeps only hours got in one of them. The release before writes none of it."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    op.add_column("answer", sa.Column("submission_version", sa.Integer(), nullable=True))
    op.add_column("transfer", sa.Column("number", sa.Integer(), nullable=True))
    op.add_column("review_decision", sa.Column("number", sa.Integer(), nullable=True))
