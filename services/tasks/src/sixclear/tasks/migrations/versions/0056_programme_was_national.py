"""A programme remembers that it was national work: its owner does not decide alone on it."""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    execute_all(
        op,
        [
            "ALTER TABLE programme ADD COLUMN was_national boolean NOT NULL DEFAULT false",
            """UPDATE programme p SET was_national = true
               WHERE reach = 'national' OR EXISTS (
                   SELECT FROM event e WHERE e.entity_type = 'programme' AND e.entity_id = p.programme_id
                     AND e.data->>'reach' = 'national')""",
        ],
    )
