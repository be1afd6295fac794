"""The mark of the record before a position, with its hash; a row from before has none until it moves."""

from alembic import op

from sixclear.common.bus import positions
from sixclear.common.migrations import execute_all

revision = "0007"
down_revision = "0009"


def upgrade() -> None:
    execute_all(op, positions.DDL_V2)
