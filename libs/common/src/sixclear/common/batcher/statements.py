"""Statements that the ordinary way sends through SQLAlchemy, sent as they are on a batcher's own connection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import asyncpg
from sqlalchemy import TextClause
from sqlalchemy.dialects.postgresql import asyncpg as dialect

Connection: TypeAlias = "asyncpg.Connection[Any]"

_DIALECT = dialect.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class _Direct:
    """The text of a statement as the driver takes it, and the names of its parameters in their order."""

    text: str
    names: tuple[str, ...]


@lru_cache(maxsize=64)
def _direct(statement: TextClause) -> _Direct:
    compiled = statement.compile(dialect=_DIALECT)
    return _Direct(str(compiled), tuple(compiled.positiontup or ()))


async def fetch(connection: Connection, statement: TextClause, values: Mapping[str, Any]) -> Sequence[Any]:
    """The rows that `statement` gives; its values go to the driver as they are, so they are of the driver's types."""
    direct = _direct(statement)
    rows: Sequence[Any] = await connection.fetch(direct.text, *[values[name] for name in direct.names])
    return rows
