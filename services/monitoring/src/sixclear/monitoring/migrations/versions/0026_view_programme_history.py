"""What programmes were, by version: whose, how far their work reached, and which groups of work they had.

What is known of each now holds for the past, until the next generation has read the log again.
"""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    execute_all(
        op,
        [
            """CREATE TABLE programme_history (
                 epoch integer NOT NULL, programme_id uuid NOT NULL, version integer NOT NULL,
                 valid_from timestamptz NOT NULL, owner_organisation_id uuid, reach text NOT NULL,
                 work_groups text[] NOT NULL,
                 CONSTRAINT pk_programme_history PRIMARY KEY (epoch, programme_id, version))""",
            "CREATE INDEX ix_programme_history_changed ON programme_history (epoch, valid_from) WHERE version > 1",
        ],
    )
