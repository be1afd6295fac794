"""When a sender last gave a contact, or an address for notices, in the mailbox. The release before writes none."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    op.add_column("submission", sa.Column("contact_given_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
