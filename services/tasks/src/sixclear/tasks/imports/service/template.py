"""Templates of imports: the headings, and the words that a cell may have."""

import csv
from collections.abc import AsyncIterator, Sequence
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sixclear.common.spreadsheets.writing import Column, Sheet, write_workbook
from sixclear.tasks.imports.rules import COLUMNS
from sixclear.tasks.imports.schemas import ImportKind

# Spreadsheets read UTF-8 where it begins with this mark.
_BYTE_ORDER_MARK = "\ufeff"
_WIDTH = 24


def as_csv(kind: ImportKind) -> bytes:
    """The row of headings."""
    text = StringIO()
    csv.writer(text).writerow([column.heading for column in COLUMNS[kind].columns])
    return (_BYTE_ORDER_MARK + text.getvalue()).encode()


async def as_xlsx(kind: ImportKind) -> bytes:
    """A workbook with the headings; cells of a closed list offer its words."""
    columns = [Column(one.heading, width=_WIDTH, choices=tuple(one.choices.values())) for one in COLUMNS[kind].columns]
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{kind}.xlsx"
        await write_workbook(path, [Sheet(kind, columns, _no_rows())])
        return path.read_bytes()


async def _no_rows() -> AsyncIterator[Sequence[Any]]:
    for row in list[Sequence[Any]]():
        yield row
