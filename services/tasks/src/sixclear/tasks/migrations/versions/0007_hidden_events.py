"""Public numbers are counted without what was said while a task was restricted: an index for what was not published."""

from alembic import op

revision = "0007"
down_revision = "0005"


def upgrade() -> None:
    op.execute("CREATE INDEX ix_event_hidden ON event (entity_id) WHERE NOT published")
