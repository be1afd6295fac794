"""Lists of waiting and silent tasks in the order of an index; room on a page of history for the end of an interval.

A version that ends is written again beside itself where its page has room, so that no index is touched.
"""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    execute_all(
        op,
        [
            """
            CREATE INDEX ix_task_state_longest_silent ON task_state
            (coalesce(last_report_at, occurred_at), task_id)
            WHERE bucket IN ('in_term', 'overdue') AND status <> 'submitted'
            """,
            """
            CREATE INDEX ix_task_state_longest_waiting ON task_state
            (coalesce(submitted_at, occurred_at), task_id)
            WHERE status = 'submitted' AND kind = 'one_off' AND bucket IS NOT NULL
            """,
            *(f"ALTER TABLE {kind}_history SET (fillfactor = 85)" for kind in ("task", "submission", "entry")),
        ],
    )
