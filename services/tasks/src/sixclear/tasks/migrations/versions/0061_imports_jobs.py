"""Files that are all or nothing, jobs that are cancelled, and clauses of directives; the release before runs on it."""

import sqlalchemy as sa
from alembic import op

from sixclear.common.bulk import jobs
from sixclear.common.migrations import execute_all

revision = "0061"
down_revision = "0060"


def upgrade() -> None:
    execute_all(op, jobs.DDL_V2)
    op.add_column("directive", sa.Column("clauses", sa.ARRAY(sa.Text())))
