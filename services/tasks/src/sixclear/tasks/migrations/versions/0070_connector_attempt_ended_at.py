"""Old attempts to send are found by when they ended; the release before deletes none."""

from alembic import op

from sixclear.common.migrations import execute_all
from sixclear.common.sender import queue

revision = "0070"
down_revision = "0069"


def upgrade() -> None:
    execute_all(op, queue.DDL_V2)
