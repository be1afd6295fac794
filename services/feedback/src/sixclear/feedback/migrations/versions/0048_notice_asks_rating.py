"""Whether a mail that waits only asks for a rating. The release before lets no such mail wait."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    op.add_column("notice", sa.Column("asks_rating", sa.Boolean(), server_default=sa.text("false"), nullable=False))
