"""A body lists the tasks that it works on without reading all tasks."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_index(
        "ix_task_coordinating_organisation_ids", "task", ["coordinating_organisation_ids"], postgresql_using="gin"
    )
