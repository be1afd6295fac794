"""Whether a relay is between a source and the view: what a relay keeps back that is not heard of is not known."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("ALTER TABLE source_view ADD COLUMN relayed boolean NOT NULL DEFAULT true")
