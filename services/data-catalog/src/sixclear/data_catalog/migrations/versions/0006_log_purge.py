"""What was taken out of the log that is sent: which entity, which versions, by whom, when and why."""

from alembic import op

from sixclear.common.events import purge
from sixclear.common.migrations import execute_all

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    execute_all(op, purge.DDL_V1)
