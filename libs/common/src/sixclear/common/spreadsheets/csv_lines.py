"""Rows as CSV (RFC 4180), in which no text is a formula to a spreadsheet program."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import StringIO
from typing import Any

from sixclear.common.spreadsheets.writing import FORMULA

# Spreadsheets read UTF-8 where it begins with this mark.
BYTE_ORDER_MARK = "\ufeff"


def csv_lines(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as CSV in UTF-8; instants as the API writes them, nothing for what is null."""
    text = StringIO()
    csv.writer(text).writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def as_text(value: Any) -> Any:
    """A day or an instant as the API writes it; other values as they are."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def _cell(value: Any) -> Any:
    value = as_text(value)
    # One that has apostrophes of its own in front of it gets another one, since a reader takes one off.
    return f"'{value}" if isinstance(value, str) and value.lstrip("'").startswith(FORMULA) else value
