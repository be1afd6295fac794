"""What each source counts itself, and where in its log each version of the view came from.

The release before writes versions without a position, and does not read a census.
"""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    for table in ("task_history", "submission_history", "entry_history"):
        execute_all(
            op,
            [
                f"ALTER TABLE {table} ADD COLUMN position bigint",
                f"CREATE INDEX ix_{table}_position ON {table} (epoch, position) WHERE position IS NOT NULL",
            ],
        )
    execute_all(
        op,
        [
            """
            CREATE TABLE source_census (
                source text PRIMARY KEY,
                log_epoch integer NOT NULL,
                position bigint NOT NULL,
                counted_at timestamptz NOT NULL,
                counts jsonb NOT NULL,
                kept_at timestamptz NOT NULL,
                sent_at timestamptz,
                judged_generation integer,
                judged_position bigint,
                judged_at timestamptz,
                differences jsonb NOT NULL DEFAULT '[]'
            )
            """,
        ],
    )
