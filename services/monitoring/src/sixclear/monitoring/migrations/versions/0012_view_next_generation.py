"""The number of a next generation that is not the epoch of its log: the release before would take it for one.

It shows what it finds in `next_epoch` when nothing waits, and reads no log again.
"""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    execute_all(
        op,
        [
            """
            ALTER TABLE source_view
                ADD COLUMN next_generation integer,
                ADD COLUMN incomplete boolean NOT NULL DEFAULT false
            """,
        ],
    )
