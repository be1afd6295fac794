"""Organisations end: into which one they went, and which open tasks still move there.

The release before reads and writes nothing of it: it leaves parts that move alone. Columns with a constant default are
added without writing a row.
"""

from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    op.execute(
        """ALTER TABLE organisation ADD COLUMN IF NOT EXISTS ended text,
             ADD COLUMN IF NOT EXISTS successor_id uuid
               CONSTRAINT fk_organisation_successor_id_organisation REFERENCES organisation (organisation_id),
             ADD COLUMN IF NOT EXISTS decided_at timestamptz"""
    )
    op.execute("ALTER TABLE decision_over_many ADD COLUMN IF NOT EXISTS ended_organisation_id uuid")
    op.execute("ALTER TABLE decision_part ADD COLUMN IF NOT EXISTS moves boolean NOT NULL DEFAULT false")
    op.execute(
        "CREATE INDEX IF NOT EXISTS ix_decision_over_many_ended_organisation_id "
        "ON decision_over_many (ended_organisation_id) WHERE ended_organisation_id IS NOT NULL"
    )
    op.execute("CREATE INDEX IF NOT EXISTS ix_decision_part_moves ON decision_part (whole_id, task_id) WHERE moves")
