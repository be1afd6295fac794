"""What names content that was blacked out says so in chunks. The release before tells all of it with the decision.

Columns that are null are added without writing a row; a file is blacked out by a decision, so few rows are written. The
index is made while others write, and again after it was stopped.
"""

from alembic import op

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE file ADD COLUMN IF NOT EXISTS redaction_reason text, "
        "ADD COLUMN IF NOT EXISTS redacted_by_organisation_id uuid, "
        "ADD COLUMN IF NOT EXISTS pieces_told_at timestamptz"
    )
    op.execute("UPDATE file SET pieces_told_at = redacted_at WHERE redacted_at IS NOT NULL AND pieces_told_at IS NULL")
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_file_pieces_left")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_file_pieces_left ON file (file_id) "
            "WHERE redacted_at IS NOT NULL AND pieces_told_at IS NULL"
        )
