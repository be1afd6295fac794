"""Who read what is not public; the release before does not know the table."""

from alembic import op

from sixclear.common import access_log
from sixclear.common.migrations import execute_all

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    execute_all(op, access_log.DDL_V1)
