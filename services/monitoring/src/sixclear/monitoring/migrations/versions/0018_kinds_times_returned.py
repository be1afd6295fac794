"""How often a task was returned stands with its state, so that the list of those returned often reads what it shows.

The release before folds without the two columns; the next leader of this one counts again what it left
(`view.tallies`).
"""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    execute_all(
        op,
        [
            """
            ALTER TABLE task_state
                ADD COLUMN times_returned integer NOT NULL DEFAULT 0, ADD COLUMN last_returned_at timestamptz
            """,
            """
            UPDATE task_state s SET times_returned = r.times, last_returned_at = r.latest
            FROM (SELECT epoch, task_id, count(*) AS times, max(occurred_at) AS latest
                  FROM task_history WHERE change = 'returned' GROUP BY 1, 2) AS r
            WHERE s.epoch = r.epoch AND s.task_id = r.task_id
            """,
            """
            CREATE INDEX ix_task_state_most_returned ON task_state (times_returned DESC, last_returned_at, task_id)
            WHERE times_returned > 1 AND bucket IS NOT NULL AND status <> 'completed'
            """,
        ],
    )
