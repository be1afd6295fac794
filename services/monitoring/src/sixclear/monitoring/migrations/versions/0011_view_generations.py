"""Generations: which epoch of the log and which rules the rows of a number hold, and the cells of each state.

The release before leaves the new columns empty; the next leader that knows them counts everything again.
"""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    execute_all(
        op,
        [
            """
            ALTER TABLE source_view
                ADD COLUMN active_log_epoch integer,
                ADD COLUMN next_log_epoch integer,
                ADD COLUMN next_rules integer,
                ADD COLUMN next_replayed boolean NOT NULL DEFAULT false
            """,
            "ALTER TABLE leadership ADD COLUMN cells_token bigint",
            *(f"ALTER TABLE {kind}_state ADD COLUMN cells jsonb" for kind in ("task", "submission", "entry")),
        ],
    )
