"""A task's key is that of the body that sent it: no other body takes or tries out the keys of another body.

The column stays empty where the release before this one proposes a task: it does not know it.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

_OLD, _NEW = "uq_task_source_external_id_assigning_organisation_id", "uq_task_source_external_id_key_organisation_id"


def upgrade() -> None:
    op.execute("ALTER TABLE task ADD COLUMN key_organisation_id uuid")
    op.execute("UPDATE task SET key_organisation_id = assigning_organisation_id WHERE source IS NOT NULL")
    op.create_unique_constraint(_NEW, "task", ["source", "external_id", "key_organisation_id"])
    op.drop_constraint(_OLD, "task", type_="unique")
