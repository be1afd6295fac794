"""How statements are put together: fixed text with fixed names, every value bound."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import TextClause, text

from sixclear.common.db import dump_json


@lru_cache(maxsize=256)
def _statement(template: str, fragments: tuple[tuple[str, str], ...]) -> TextClause:
    return text(template.format_map(dict(fragments)))


def sql(template: str, **fragments: str) -> TextClause:
    """The statement with its fragments filled in. Fragments are constants of this package, never input."""
    return _statement(template, tuple(sorted(fragments.items())))


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
    """An array as PostgreSQL writes it: as JSON does, but for the brackets, and escapes of control characters."""
    if kind == "text[]":
        values = [dump_json(list(value)) if value is not None else None for value in values]
    text_ = orjson.dumps(values, default=str).decode()
    if kind == "text" and "\\" in text_:
        return "{" + ",".join(map(_quoted, values)) + "}"
    return "{" + text_[1:-1] + "}"


def _quoted(value: str | None) -> str:
    return "NULL" if value is None else '"' + value.replace("\\", r"\\").replace('"', r"\"") + '"'


def _texts(name: str) -> str:
    return f"CASE WHEN r.{name} IS NOT NULL THEN ARRAY(SELECT jsonb_array_elements_text(r.{name})) END"
