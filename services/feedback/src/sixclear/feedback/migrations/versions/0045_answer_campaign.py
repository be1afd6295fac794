"""Which answers were drafted as one for the copies of a campaign. The release before writes none."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    op.add_column("answer", sa.Column("campaign_id", sa.Uuid(), nullable=True))
