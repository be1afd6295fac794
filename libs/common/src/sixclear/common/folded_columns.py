"""Columns that a search reads hold folded text: how they are read, and computed again where the rule changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, literal, literal_column, text
from sqlalchemy.orm import InstrumentedAttribute

from sixclear.common.folding import SIGNS, compact_pattern, fold, like_pattern

_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class FoldedColumn:
    """A column that holds the folded text of `sources`, in their order; rows are told apart by the UUID `key`."""

    table: str
    key: str
    column: str
    sources: Sequence[str]


def without_signs(column: str) -> str:
    """In SQL, the folded text of `column` without signs and blanks.

    Trigram indexes are made of this very expression, constants and all. Where SIGNS changes, a migration makes them
    again; else searches read whole tables (`test_a_search_that_passes_over_signs_reads_an_index`).
    """
    quoted = SIGNS.replace("'", "''")
    return f"translate({column}, '{quoted}', '')"


def found_in(column: InstrumentedAttribute[str], query: str) -> ColumnElement[bool]:
    """Whether `query` stands anywhere in the folded text of `column`; signs and blanks do not count.

    A query of signs alone is looked for as it is written.
    """
    pattern = compact_pattern(query)
    if not pattern:
        return column.like(like_pattern(query))
    named = f"{column.class_.__tablename__}.{column.key}"
    return literal_column(without_signs(named), Text).regexp_match(literal(pattern))


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
