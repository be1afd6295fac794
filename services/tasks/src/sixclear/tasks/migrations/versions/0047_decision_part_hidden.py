"""Parts of a decision over many tasks keep what was restricted; open work is listed, and moved again, in steps.

The release before reads and writes nothing of it: what it begins it lists as a whole. Columns with a constant default,
or null, are added without writing a row. Of a part that waits, a task that is restricted now is taken for restricted
when it was asked.
"""

from alembic import op

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    op.execute("ALTER TABLE decision_over_many ADD COLUMN IF NOT EXISTS listed_to uuid")
    op.execute(
        """ALTER TABLE decision_part ADD COLUMN IF NOT EXISTS hidden boolean NOT NULL DEFAULT false,
             ADD COLUMN IF NOT EXISTS organisation_id uuid,
             ADD COLUMN IF NOT EXISTS decided_at timestamptz"""
    )
    op.execute(
        """UPDATE decision_part SET hidden = true FROM task
           WHERE task.task_id = decision_part.task_id AND task.classification <> 'public'
             AND (decision_part.waits OR decision_part.moves) AND NOT decision_part.hidden"""
    )
    op.execute(
        "CREATE INDEX IF NOT EXISTS ix_decision_over_many_listed_to "
        "ON decision_over_many (decision_id) WHERE listed_to IS NOT NULL"
    )
    op.execute(
        "CREATE INDEX IF NOT EXISTS ix_organisation_successor_id "
        "ON organisation (successor_id) WHERE successor_id IS NOT NULL"
    )
