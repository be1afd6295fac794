"""Large files, which are worked through as jobs; the release before does not know the tables."""

from alembic import op

from sixclear.common.bulk import jobs
from sixclear.common.migrations import execute_all

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    execute_all(op, jobs.DDL_V1)
