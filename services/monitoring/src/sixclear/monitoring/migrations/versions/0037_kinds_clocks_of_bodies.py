"""Submissions are counted by the clock of their body, too, and those paused, opened again or appealed.

The release before writes none of it, and reads none.
"""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    execute_all(
        op,
        [
            *(
                f"""
                ALTER TABLE submission_{table}
                    ADD COLUMN body_due_at timestamptz, ADD COLUMN paused_since timestamptz,
                    ADD COLUMN reopened boolean, ADD COLUMN appealed boolean
                """
                for table in ("state", "history")
            ),
            "ALTER TABLE submission_state ADD COLUMN body_bucket text",
            "CREATE INDEX ix_submission_state_late ON submission_state (body_due_at) WHERE body_bucket = 'late'",
        ],
    )
