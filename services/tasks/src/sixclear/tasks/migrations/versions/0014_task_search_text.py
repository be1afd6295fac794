"""Tasks are found by what people type also where their text holds what shows nothing, Eth, or letters of Arabic script.

Outside a transaction: a batch of rows is locked while it is written, and no longer. The release before reads the column
as it did, and writes it by its own rule; such a task is folded by the new one when it is described again.
"""

from alembic import op

from sixclear.common.folded_columns import FoldedColumn, fold_again

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        fold_again(op.get_bind(), FoldedColumn("task", "task_id", "search_text", ("code", "title", "description")))
