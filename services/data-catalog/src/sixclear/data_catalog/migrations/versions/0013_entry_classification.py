"""Who may know of an entry; which body stands above which, for mandates.

Entries of before are public, as they were, but for those of security level 4 or 5. The service withdraws these at its
start and each minute, so also what a process of the release before still publishes. That release writes no
classification: what it enters is public. It fills no `parent_id` either; this one hears all organisations again, as
another group of consumers.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("entry", sa.Column("classification", sa.Text(), nullable=False, server_default="public"))
    op.create_check_constraint(
        op.f("ck_entry_classification"), "entry", "classification IN ('public', 'state', 'restricted')"
    )
    op.execute("UPDATE entry SET classification = 'restricted' WHERE security_level >= 4")
    op.add_column("organisation", sa.Column("parent_id", sa.Uuid(), nullable=True))
