"""Evidence and files that were blacked out. The release before blacks out none, and still answers those that are.

The index is made while nothing is in it.
"""

from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.execute("ALTER TABLE evidence_review ADD COLUMN redacted_at timestamptz, ADD COLUMN redaction_reason text")
    op.execute("ALTER TABLE file ADD COLUMN redacted_at timestamptz, ADD COLUMN content_gone_at timestamptz")
    op.execute(
        """CREATE INDEX ix_file_redacted ON file (file_id)
           WHERE redacted_at IS NOT NULL AND content_gone_at IS NULL"""
    )
