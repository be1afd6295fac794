"""For which due time it was stated that no answer came, and of which body. The release before states none.

Cases that are overdue when this release starts get their statement then: it says the true due time, and when it was
made.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("submission", sa.Column("no_answer_stated_for", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.create_index(
        "ix_submission_silence",
        "submission",
        ["due_at"],
        postgresql_where=sa.text(
            "status NOT IN ('answered', 'withdrawn')"
            " AND (no_answer_stated_for IS NULL OR no_answer_stated_for < due_at)"
        ),
    )
    op.add_column("statement", sa.Column("silent_organisation_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_statement_silent_organisation_id",
        "statement",
        ["silent_organisation_id"],
        postgresql_where=sa.text("silent_organisation_id IS NOT NULL"),
    )
