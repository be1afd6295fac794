"""Blanks beside signs and between letters and digits do not tell keys apart; slashes and dashes of every kind are one.

The forms of keys and the text that a search reads are computed again. The release before compares keys by its own rule.
"""

from alembic import op

from sixclear.common.folded_columns import FoldedColumn, fold_again
from sixclear.common.keys import Keyed, fold_keys_again

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    scope = "coalesce(keyed.key_organisation_id, keyed.assigning_organisation_id)"
    fold_keys_again(op.get_bind(), Keyed("task", scope, ("source", "external_id")))
    issuer = "(keyed.programme_id, keyed.issuer_organisation_id)"
    fold_keys_again(op.get_bind(), Keyed("directive", issuer, ("number",)))
    with op.get_context().autocommit_block():
        fold_again(op.get_bind(), FoldedColumn("task", "task_id", "search_text", ("code", "title", "description")))
