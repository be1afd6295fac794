"""Arrays that travel to PostgreSQL as text.

The driver's own arrays look at the class of every value twice, which is a quarter of what a row of many costs.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import BindParameter, Dialect, Text, bindparam
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.types import TypeDecorator, TypeEngine

_DIALECT: Dialect = PGDialect()  # type: ignore[no-untyped-call]


def array_text(values: Sequence[Any], *, of_texts: bool) -> str:
    """An array as PostgreSQL writes it: as JSON does, but for the brackets, and escapes of control characters."""
    text = orjson.dumps(values, default=str).decode()
    if of_texts and "\\" in text:
        return "{" + ",".join(map(_quoted, values)) + "}"
    return "{" + text[1:-1] + "}"


def _quoted(value: str | None) -> str:
    return "NULL" if value is None else '"' + value.replace("\\", r"\\").replace('"', r"\"") + '"'


class _ArrayText(TypeDecorator[Sequence[Any]]):
    """A list, sent as the text of an array."""

    impl = Text
    cache_ok = True

    def __init__(self, of_texts: bool) -> None:
        super().__init__()
        self.of_texts = of_texts

    def process_bind_param(self, value: Sequence[Any] | None, dialect: object) -> str | None:
        """The text of the array."""
        return None if value is None else array_text(value, of_texts=self.of_texts)


def array_parameter(name: str, kind: TypeEngine[Any]) -> BindParameter[Any]:
    """A parameter for a list of values of a column's type; it stands in a statement as `array_of` says."""
    return bindparam(name, type_=_ArrayText(isinstance(kind, Text)))


def array_of(name: str, kind: TypeEngine[Any]) -> str:
    """How a statement names an `array_parameter`."""
    return f"CAST(:{name} AS {kind.compile(_DIALECT)}[])"
