"""Columns that a search reads hold folded text: computed again by a migration where the rule of folding changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from sixclear.common.folding import fold

_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class FoldedColumn:
    """A column that holds the folded text of `sources`, in their order; rows are told apart by the UUID `key`."""

    table: str
    key: str
    column: str
    sources: Sequence[str]


def fold_again(connection: Connection, folded: FoldedColumn) -> int:
    """Fold the text of every row again, where that can make a difference; answers how many rows changed.

    Text that is ASCII once it is folded folds alike in every release, so that of Vietnamese text only a few rows are
    read: a million rows cost one pass through the key's index. Each batch of 5,000 is one statement, so that in
    autocommit no row stays locked for longer. A row that is written meanwhile keeps what was written. It may run again.
    """
    sources = ", ".join(folded.sources)
    read = text(
        f"""SELECT {folded.key} AS key, {folded.column} AS before, {sources} FROM {folded.table}
            WHERE {folded.column} ~ '[^ -~]' AND (CAST(:after AS uuid) IS NULL OR {folded.key} > :after)
            ORDER BY {folded.key} LIMIT {_BATCH}"""  # noqa: S608 (constants of a migration)
    )
    write = text(
        f"""UPDATE {folded.table} AS known SET {folded.column} = new.folded
            FROM unnest(CAST(:keys AS uuid[]), CAST(:before AS text[]), CAST(:folded AS text[]))
                 AS new (key, before, folded)
            WHERE known.{folded.key} = new.key AND known.{folded.column} = new.before"""  # noqa: S608
    )
    changed, after = 0, None
    while rows := connection.execute(read, {"after": after}).all():
        after = rows[-1].key
        new = [(row.key, row.before, fold(" ".join(filter(None, row[2:])))) for row in rows]
        different = [found for found in new if found[1] != found[2]]
        if different:
            changed += connection.execute(write, _columns(different)).rowcount
    return changed


def _columns(rows: Sequence[tuple[Any, str, str]]) -> dict[str, list[Any]]:
    keys, before, folded = zip(*rows, strict=True)
    return {"keys": [str(key) for key in keys], "before": list(before), "folded": list(folded)}
