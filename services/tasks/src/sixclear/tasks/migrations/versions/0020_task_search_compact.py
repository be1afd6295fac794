"""A search passes over signs and blanks; the index that it reads.

Nothing else changes: the release before searches by its own index, which stays. Writing waits while it is made.
"""

from alembic import op

from sixclear.common.folded_columns import without_signs

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    expression = without_signs("search_text")
    op.execute(f"CREATE INDEX ix_task_search_compact ON task USING gin (({expression}) gin_trgm_ops)")
