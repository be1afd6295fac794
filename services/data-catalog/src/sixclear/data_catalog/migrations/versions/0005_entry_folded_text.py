"""Entries, and documents of a dossier, are found by what people type also where their text holds what shows nothing.

Of two documents whose titles are the same now, one keeps the old form: it stays in the dossier, and can be taken out by
its identifier. Such an identifier follows from the folded title, so that those of documents that are folded otherwise
change. The release before reads and writes both columns as it did.
"""

from alembic import op
from sqlalchemy import Connection, text

from sixclear.common.folded_columns import FoldedColumn, fold_again
from sixclear.common.folding import fold

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        words = ("code", "name_vi", "name_en", "description")
        fold_again(op.get_bind(), FoldedColumn("entry", "entry_id", "search_text", words))
    _fold_titles(op.get_bind())


def _fold_titles(connection: Connection) -> None:
    """A dossier has at most 200 documents, and few of their titles hold more than letters of Vietnamese."""
    rows = connection.execute(text("SELECT entry_id, title_folded, title FROM document WHERE title_folded ~ '[^ -~]'"))
    for entry_id, before, title in rows.all():
        connection.execute(
            text(
                """UPDATE document SET title_folded = :folded
                   WHERE entry_id = :entry AND title_folded = :before
                     AND NOT EXISTS (SELECT FROM document WHERE entry_id = :entry AND title_folded = :folded)"""
            ),
            {"entry": entry_id, "before": before, "folded": fold(title)},
        )
