"""Money is transferred between lines, and lines say since when they are known.

The release before writes neither: a line that it opens is known since ever, an entry of it is of no transfer.
"""

from alembic import op

revision = "0073"
down_revision = "0072"


def upgrade() -> None:
    op.execute("ALTER TABLE budget_amount ADD COLUMN transfer_id uuid")
    op.execute("ALTER TABLE budget ADD COLUMN opened_at timestamptz")
    op.execute(
        """UPDATE budget b SET opened_at = (
             SELECT min(e.recorded_at) FROM event e WHERE e.entity_type = 'budget' AND e.entity_id = b.budget_id)"""
    )
