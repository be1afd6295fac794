"""Slashes and dashes of every kind are one in a search: the text that it reads is computed again.

Outside a transaction: a batch of rows is locked while it is written, and no longer. The release before folds by its own
rule what it writes.
"""

from alembic import op

from sixclear.common.folded_columns import FoldedColumn, fold_again

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        words = ("code", "name_vi", "name_en", "description")
        fold_again(op.get_bind(), FoldedColumn("entry", "entry_id", "search_text", words))
