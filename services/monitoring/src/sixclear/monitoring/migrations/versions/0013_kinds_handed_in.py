"""When a task was handed in and who confirms it: facts of its kind, and the owner of a programme.

Rows of the rules before hold none of them; a replay of the log makes rows that do.
"""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    execute_all(
        op,
        [
            *(
                f"""
                ALTER TABLE task_{table}
                    ADD COLUMN submitted_at timestamptz,
                    ADD COLUMN confirming_organisation_id uuid
                """
                for table in ("state", "history")
            ),
            "ALTER TABLE programme_state ADD COLUMN owner_organisation_id uuid",
        ],
    )
