"""A start compares a digest of the shipped organisations, and reads 3,400 rows only when it differs.

The release before does not look at the table.
"""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.execute(
        """CREATE TABLE organisations_shipped (
             only_row boolean NOT NULL DEFAULT true,
             digest bytea NOT NULL,
             CONSTRAINT pk_organisations_shipped PRIMARY KEY (only_row),
             CONSTRAINT ck_organisations_shipped_only_row CHECK (only_row)
           )"""
    )
