"""Keys that senders give: stored as they are given, compared by their form, which the database keeps unique.

A table that holds keys has two columns for it. `folded_key` is the form of the key. `duplicate_of` is null, or on an
entity that an earlier release took under a key of the same form, the older entity: it keeps its own spelling, has no
`folded_key`, and is found by that spelling alone. `sixclear keys` lists them.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.text import key_form

# A blank beside a slash, hyphen or full stop, or between a letter and a digit. Between two digits it tells keys apart.
_OPTIONAL_BLANK = re.compile(r"(?<=[/.-]) | (?=[/.-])|(?<=[^\W\d_]) (?=\d)|(?<=\d) (?=[^\W\d_])")


def folded_key(*parts: str) -> str:
    """The form of a key of one or several parts: equal for keys that name the same thing.

    Beyond what `key_form` promises, blanks do not count beside a slash, a hyphen or a full stop, and between a letter
    and a digit: `NV số5 / 2026` is `NV số 5/2026`. Between two letters and between two digits they do.
    """
    return "\n".join(_OPTIONAL_BLANK.sub("", key_form(part)) for part in parts)


class HasKey(Protocol):
    """A row of a table that holds keys."""

    folded_key: Any
    duplicate_of: Any


Row = TypeVar("Row", bound=HasKey)


def named_by(rows: Iterable[Row], key: tuple[str, ...], key_of: Callable[[Row], tuple[str | None, ...]]) -> list[Row]:
    """Those of `rows` that a key names: of its very spelling, else of its form.

    Rows that a process of the release before wrote have no form yet; it is taken from their spelling here.
    """
    form, found = folded_key(*key), list(rows)
    spelled = [row for row in found if key_of(row) == key]
    return spelled or [row for row in found if _form_of(row, key_of(row)) == form]


def _form_of(row: HasKey, key: tuple[str | None, ...]) -> str | None:
    if row.folded_key is not None or row.duplicate_of is not None or None in key:
        form: str | None = row.folded_key
        return form
    return folded_key(*(part for part in key if part is not None))


@dataclass(frozen=True, slots=True)
class Keyed:
    """Where a table keeps its keys: `parts` make up the key, within each value of `scope`, an SQL expression."""

    table: str
    scope: str
    parts: Sequence[str]


def fold_known_keys(connection: Connection, keyed: Keyed) -> None:
    """Give each entity of a migrated table its `folded_key`; of several with one form only the oldest, see above.

    The oldest is the one whose first event comes first in the log. Costs one reading of the table and one UPDATE each.
    """
    _write(connection, keyed.table, _forms(connection, keyed, f"keyed.{keyed.parts[0]} IS NOT NULL"))


def fold_keys_again(connection: Connection, keyed: Keyed) -> None:
    """Give those entities that have a `folded_key` the one of today's rule; of several with one form the oldest.

    Rows whose form is the same are not written. Entities without a form, as those whose key is free again, stay so.
    """
    table = keyed.table
    before = text(f"SELECT {table}_id, folded_key FROM {table} WHERE folded_key IS NOT NULL")  # noqa: S608
    known = {row[0]: row[1] for row in connection.execute(before)}
    found = _forms(connection, keyed, "keyed.folded_key IS NOT NULL")
    changed = [row for row in found if row["form"] != known[row["id"]]]
    # A form that one entity leaves may be the next one of another: the key is unique at each moment.
    _write(connection, table, [{**row, "form": None, "older": None} for row in changed])
    _write(connection, table, changed)


def _forms(connection: Connection, keyed: Keyed, condition: str) -> list[dict[str, Any]]:
    table, parts = keyed.table, ", ".join(f"keyed.{part}" for part in keyed.parts)
    rows = connection.execute(
        text(
            f"""SELECT keyed.{table}_id AS id, {keyed.scope} AS scope, {parts} FROM {table} AS keyed
                LEFT JOIN event AS first
                       ON first.entity_type = '{table}' AND first.entity_id = keyed.{table}_id AND first.version = 1
                WHERE {condition}
                ORDER BY first.event_id NULLS LAST, keyed.{table}_id"""  # noqa: S608 (constants of a migration)
        )
    )
    oldest: dict[tuple[Any, str], UUID] = {}
    found: list[dict[str, Any]] = []
    for row in rows:
        form = folded_key(*row[2:])
        first = oldest.setdefault((row.scope, form), row.id)
        known = first == row.id
        found.append({"id": row.id, "form": form if known else None, "older": None if known else first})
    return found


def _write(connection: Connection, table: str, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        update = f"UPDATE {table} SET folded_key = :form, duplicate_of = :older WHERE {table}_id = :id"  # noqa: S608
        connection.execute(text(update), rows)


async def list_duplicates(session: AsyncSession) -> list[str]:
    """A line for each entity whose key has the form of an older one, with both spellings and identifiers."""
    tables = await session.scalars(
        text(
            """SELECT table_name FROM information_schema.columns
               WHERE column_name = 'duplicate_of' AND table_schema = current_schema() ORDER BY table_name"""
        )
    )
    return [line for table in tables.all() for line in await _duplicates_in(session, table)]


async def _duplicates_in(session: AsyncSession, table: str) -> Iterable[str]:
    pairs = await session.execute(
        text(
            f"""SELECT to_jsonb(younger), to_jsonb(older)
                FROM {table} AS younger JOIN {table} AS older ON older.{table}_id = younger.duplicate_of
                ORDER BY older.{table}_id, younger.{table}_id"""  # noqa: S608 (a name from the schema)
        )
    )
    return [f"{table} {_named(younger, table)} has the key of {_named(older, table)}" for younger, older in pairs]


def _named(row: dict[str, Any], table: str) -> str:
    spelling = next(row[name] for name in ("external_id", "number", "code") if row.get(name) is not None)
    return f"{row[f'{table}_id']} ({spelling!r})"
