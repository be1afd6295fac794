"""Who wrote last in a case, so that handlers find what waits for them, also after the answer."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("submission", sa.Column("last_message_by", sa.Text(), nullable=True))
    # An answer that was published after the last message is the last word.
    op.execute(
        """UPDATE submission s SET last_message_by =
             CASE WHEN s.answered_at >= m.occurred_at THEN 'handler' ELSE m.author END
           FROM (SELECT DISTINCT ON (submission_id) submission_id, author, occurred_at
                 FROM message ORDER BY submission_id, submission_version DESC) m
           WHERE m.submission_id = s.submission_id"""
    )
    op.create_index(
        "ix_submission_sender_wrote_last",
        "submission",
        ["due_at", "submission_id"],
        postgresql_where=sa.text("last_message_by = 'sender'"),
    )
