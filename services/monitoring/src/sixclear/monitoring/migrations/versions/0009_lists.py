"""Which counting rules the view was made by; an index for what a clock that ran ahead counted too early."""

from alembic import op

revision = "0009"
down_revision = "0006"


def upgrade() -> None:
    op.execute("ALTER TABLE source_view ADD COLUMN rules integer NOT NULL DEFAULT 1")
    op.execute("CREATE INDEX ix_submission_state_due_soon ON submission_state (due_soon_at) WHERE bucket = 'due_soon'")
