"""When the service last stated its own counts; the release before does not know the table."""

from alembic import op

from sixclear.common import census
from sixclear.common.migrations import execute_all

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    execute_all(op, census.DDL_V1)
