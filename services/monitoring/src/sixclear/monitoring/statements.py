"""How statements are put together: fixed text with fixed names, every value bound."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.array_text import array_text
from sixclear.common.db import dump_json

# A statement that changes rows, and what is bound in it.
Write: TypeAlias = tuple[TextClause, Mapping[str, Any]]


@lru_cache(maxsize=256)
def _statement(template: str, fragments: tuple[tuple[str, str], ...]) -> TextClause:
    return text(template.format_map(dict(fragments)))


def sql(template: str, **fragments: str) -> TextClause:
    """The statement with its fragments filled in. Fragments are constants of this package, never input."""
    return _statement(template, tuple(sorted(fragments.items())))


class Together:
    """Writes of tables apart from each other, sent as one statement: each would cost a round trip.

    All of them see the rows as they were before the first: a second write of a table sends those before it.
    """

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._waiting: dict[str, Write] = {}

    async def add(self, table: str, write: Write | None) -> None:
        """Have a table written with the others; nothing where there is nothing to write."""
        if write is None:
            return
        if table in self._waiting:
            await self.send()
        self._waiting[table] = write

    async def send(self) -> None:
        """Write what waits."""
        writes, self._waiting = list(self._waiting.values()), {}
        if writes:
            values = {
                f"{name}_{number}": one for number, (_, bound) in enumerate(writes) for name, one in bound.items()
            }
            await self._session.execute(_joined(tuple(statement.text for statement, _ in writes)), values)


@lru_cache(maxsize=256)
def _joined(statements: tuple[str, ...]) -> TextClause:
    """The statements as parts of one, each with names of its own for what is bound."""
    own = [re.sub(r":(\w+)", rf":\1_{number}", statement) for number, statement in enumerate(statements)]
    *before, last = own
    parts = ", ".join(f"write_{number} AS ({statement})" for number, statement in enumerate(before))
    return text(f"WITH {parts} {last}" if parts else last)


class Columns:
    """Named, typed columns that travel to the server as one array each, in its text form.

    The driver's own arrays look at the class of every value twice: written as text they cost our side a quarter, and
    the server half as much again. `unnest` flattens an array of arrays, so a list of texts travels as JSON and becomes
    an array there: a text may hold any character.
    """

    def __init__(self, **types: str) -> None:
        self.types = types

    def __add__(self, other: "Columns") -> "Columns":
        return Columns(**self.types, **other.types)

    @property
    def names(self) -> str:
        """`a, b`"""
        return ", ".join(self.types)

    @property
    def selected(self) -> str:
        """The columns of `unnested` as the target table has them."""
        return ", ".join(_texts(name) if kind == "text[]" else f"r.{name}" for name, kind in self.types.items())

    @property
    def unnested(self) -> str:
        """`unnest(…) AS r(…)`, one bound array per column."""
        arrays = ", ".join(
            f"CAST(CAST(:{name} AS text) AS {'jsonb' if kind == 'text[]' else kind}[])"
            for name, kind in self.types.items()
        )
        return f"unnest({arrays}) AS r({self.names})"

    @property
    def replaced(self) -> str:
        """`a = excluded.a, b = excluded.b`"""
        return ", ".join(f"{name} = excluded.{name}" for name in self.types)

    def values(self, rows: Iterable[Mapping[str, Any] | Sequence[Any]]) -> dict[str, str]:
        """The arrays to bind, from rows that are mappings or are in the order of the columns."""
        listed = [[row[name] for name in self.types] if isinstance(row, Mapping) else row for row in rows]
        columns = list(zip(*listed, strict=True)) or [()] * len(self.types)
        return {name: _array(kind, column) for (name, kind), column in zip(self.types.items(), columns, strict=True)}


def _array(kind: str, values: Sequence[Any]) -> str:
    if kind == "text[]":
        values = [dump_json(list(value)) if value is not None else None for value in values]
    return array_text(values, of_texts=kind == "text")


def _texts(name: str) -> str:
    return f"CASE WHEN r.{name} IS NOT NULL THEN ARRAY(SELECT jsonb_array_elements_text(r.{name})) END"
