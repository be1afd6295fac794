"""An index for sealed submissions, which are counted from their history and not in counters."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute(
        "CREATE INDEX ix_submission_history_sealed ON submission_history (submission_id) WHERE visibility = 'sealed'"
    )
