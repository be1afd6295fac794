"""What became of the items of a file, as a table for a spreadsheet program."""

import csv
from collections.abc import AsyncIterator, Mapping
from io import StringIO
from typing import Any

from sixclear.common.spreadsheets.writing import FORMULA

_BYTE_ORDER_MARK = "\ufeff"
# Of the item, then of its problem.
_OF_ITEM = ("index", "line", "sheet", "row", "source", "external_id", "outcome")
_OF_PROBLEM = ("code", "column", "came", "detail")


async def result_table(parts: AsyncIterator[list[Any]]) -> AsyncIterator[bytes]:
    """Results as CSV in UTF-8 with its mark, some hundred rows at a time; what an item lacks is blank."""
    yield (_BYTE_ORDER_MARK + _lines([[*_OF_ITEM, *_OF_PROBLEM]])).encode()
    async for items in parts:
        yield _lines([_row(item) for item in items]).encode()


def _row(item: Mapping[str, Any]) -> list[Any]:
    problem = item.get("problem") or {}
    return [*(item.get(name) for name in _OF_ITEM), *(problem.get(name) for name in _OF_PROBLEM)]


def _lines(rows: list[list[Any]]) -> str:
    text = StringIO()
    csv.writer(text).writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
