"""A task's key is its assigning body's: `source` and `external_id` may be used by each of them."""

from alembic import op

revision = "0002"
down_revision = "0001"

_OLD, _NEW = "uq_task_source_external_id", "uq_task_source_external_id_assigning_organisation_id"


def upgrade() -> None:
    op.create_unique_constraint(_NEW, "task", ["source", "external_id", "assigning_organisation_id"])
    op.drop_constraint(_OLD, "task", type_="unique")
