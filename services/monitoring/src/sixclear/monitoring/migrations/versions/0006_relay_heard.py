"""Whether a relay is between a source and the view: of a relay that is not heard of nobody knows what it keeps back."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("ALTER TABLE source_view ADD COLUMN relayed boolean NOT NULL DEFAULT true")
