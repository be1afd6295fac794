"""Whether a version was withdrawn has a column of its own; amounts may have a fraction.

The columns are derived where they are read, so the release before, which does not know them, writes them right.
"""

from alembic import op

from sixclear.common.migrations import execute_all

revision = "0010"
down_revision = "0008"


def upgrade() -> None:
    for kind in ("task", "submission", "entry"):
        execute_all(
            op,
            [
                f"ALTER TABLE {kind}_state"
                " ADD COLUMN withdrawn boolean GENERATED ALWAYS AS (version = withdrawn_version) VIRTUAL",
                f"ALTER TABLE {kind}_history"
                " ADD COLUMN withdrawn boolean GENERATED ALWAYS AS (change = 'withdrawn') VIRTUAL",
            ],
        )
    op.execute("ALTER TABLE counter ADD COLUMN fraction numeric NOT NULL DEFAULT 0")
