"""A task's key is compared by its form: two spellings of one key are one task.

What the release before took under two spellings stays: the younger task is marked, `sixclear keys` lists both. The
columns stay empty where the release before proposes a task: it does not know them.
"""

from alembic import op

from sixclear.common.keys import Keyed, fold_known_keys

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("ALTER TABLE task ADD COLUMN folded_key text, ADD COLUMN duplicate_of uuid")
    op.create_foreign_key("fk_task_duplicate_of_task", "task", "task", ["duplicate_of"], ["task_id"])
    scope = "coalesce(keyed.key_organisation_id, keyed.assigning_organisation_id)"
    fold_known_keys(op.get_bind(), Keyed("task", scope, ("source", "external_id")))
    op.execute(
        """UPDATE task SET key_organisation_id = assigning_organisation_id
           WHERE key_organisation_id IS NULL AND folded_key IS NOT NULL"""
    )
    op.create_unique_constraint("uq_task_folded_key_key_organisation_id", "task", ["folded_key", "key_organisation_id"])
    op.execute(
        """CREATE INDEX ix_task_unfolded_key ON task (source, external_id)
           WHERE folded_key IS NULL AND source IS NOT NULL"""
    )
