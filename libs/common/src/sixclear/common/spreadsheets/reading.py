"""Workbooks (XLSX), read row by row in a child process that ends with the file, with limits of time and memory.

What a workbook claims of itself is looked at before anything is unpacked. The limits are stated in decision 0055.
"""

import asyncio
import sys
import zipfile
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import IO, Any

import orjson

from sixclear.common.errors import DomainError, Unavailable
from sixclear.common.spreadsheets.errors import WorkbookTooLarge, WorkbookUnreadable

MOST_ROWS = 50_000
MOST_COLUMNS = 200
MOST_CELLS = 2_000_000
MOST_BYTES = 32 * 1024 * 1024
MOST_UNPACKED = 256 * 1024 * 1024
_MOST_ENTRIES = 2_000
# Sheets of tables are packed to a twentieth at best; what is packed tighter is no table.
_MOST_RATIO = 200
_SMALL = 1024 * 1024
_SECONDS = 120
_CPU_SECONDS = 60
_MEMORY = 1024 * 1024 * 1024
_MOST_CHILDREN = 2
_LONGEST_LINE = 8 * 1024 * 1024
# As an item of any file (`bulk.split`).
_LONGEST_ROW = 1024 * 1024
_LONGEST_WHOLE = 2**63
_OLD = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SAVE = "Save it as an Excel workbook (.xlsx) and send that file."


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet as its program counts it, from 1 on; None instead of cells where it is too long to be held.

    Days and times are written as ISO 8601 has them, without an offset; whole numbers have no fraction.
    """

    sheet: str | None
    number: int
    cells: Sequence[Any] | None


_reading = 0


def check_workbook(file: IO[bytes]) -> None:
    """Look at what the archive says of itself, before it is unpacked.

    Raises WorkbookTooLarge and WorkbookUnreadable; macros are looked for by `blobs.kinds`. `file` can seek.
    """
    head = file.read(len(_OLD))
    if head == _OLD:
        if _ENCRYPTED in file.read():
            raise WorkbookUnreadable(f"The workbook has a password. Take it off. {_SAVE}")
        raise WorkbookUnreadable(f"This is a workbook of before 2007 (.xls). {_SAVE}")
    file.seek(0, 2)
    if file.tell() > MOST_BYTES:
        raise WorkbookTooLarge(f"A workbook has at most {MOST_BYTES // 1024**2} MiB. {WorkbookTooLarge.remedy}")
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except Exception:  # a broken archive raises what it likes
        raise WorkbookUnreadable(f"The file is no workbook, or it is not whole. {_SAVE}") from None
    _check_entries(entries)
    file.seek(0)


def _check_entries(entries: Sequence[zipfile.ZipInfo]) -> None:
    names = {entry.filename.lower() for entry in entries}
    if "xl/workbook.xml" not in names:
        raise WorkbookUnreadable(f"The file is an archive and no Excel workbook. {_SAVE}")
    if len(names) < len(entries) or any(entry.flag_bits & 1 for entry in entries):
        raise WorkbookUnreadable(f"Parts of the workbook stand there twice, or are encrypted. {_SAVE}")
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > _MOST_ENTRIES or unpacked > MOST_UNPACKED:
        raise WorkbookTooLarge(
            f"A workbook has at most {_MOST_ENTRIES} parts and {MOST_UNPACKED // 1024**2} MiB unpacked. "
            f"{WorkbookTooLarge.remedy}"
        )
    if any(entry.file_size > max(_SMALL, _MOST_RATIO * entry.compress_size) for entry in entries):
        raise WorkbookTooLarge(f"A part of the workbook is packed tighter than a table is. {WorkbookTooLarge.remedy}")


async def read_workbook(path: str) -> AsyncGenerator[Row]:
    """The rows of all sheets that are shown, in order; rows without any value are left out.

    Raises WorkbookTooLarge beyond its limits, WorkbookUnreadable, and Unavailable while others are read. Close it
    (`aclosing`) where not all of it is read: that ends the child.
    """
    global _reading
    if _reading >= _MOST_CHILDREN:
        raise Unavailable("Other workbooks are being read. Please try again.", retry_after_seconds=10)
    _reading += 1
    try:
        async with asyncio.timeout(_SECONDS):
            async for row in _rows(path):
                yield row
    except TimeoutError:
        raise _took_too_much() from None
    finally:
        _reading -= 1


async def _rows(path: str) -> AsyncGenerator[Row]:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__, path),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=_LONGEST_LINE,
    )
    assert child.stdout is not None
    try:
        while line := await child.stdout.readline():
            told = orjson.loads(line)
            if isinstance(told, dict):
                if told["end"] is None:
                    return
                raise _REFUSALS[told["end"]]()
            yield Row(*told)
        # It ended without a word: the system ended it at one of its limits.
        raise _took_too_much()
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()


def _took_too_much() -> WorkbookTooLarge:
    return WorkbookTooLarge(f"It takes more time or memory than a workbook may. {WorkbookTooLarge.remedy}")


def _too_many() -> WorkbookTooLarge:
    return WorkbookTooLarge(
        f"A workbook has at most {MOST_ROWS} rows, {MOST_COLUMNS} columns and {MOST_CELLS} cells that are filled in. "
        f"{WorkbookTooLarge.remedy}"
    )


_REFUSALS: dict[str, Callable[[], DomainError]] = {
    "too-many": _too_many,
    "too-much": _took_too_much,
    "unreadable": lambda: WorkbookUnreadable(f"The workbook is broken. {_SAVE}"),
}


def _main(path: str) -> None:
    """The child: reads the workbook, writes a row a line and, at the end, how it ended."""
    _limit()
    try:
        for row in _counted(_read(path)):
            sys.stdout.buffer.write(_line(row))
        end = None
    except _TooManyError:
        end = "too-many"
    except MemoryError:
        end = "too-much"
    except Exception:  # the library raises errors of its own kinds for what is broken
        end = "unreadable"
    sys.stdout.buffer.write(orjson.dumps({"end": end}) + b"\n")


class _TooManyError(Exception):
    """More rows, columns or cells than are read."""


def _limit() -> None:
    with suppress(ImportError):  # there is none of it on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))


def _read(path: str) -> Iterator[tuple[str, int, list[Any]]]:
    import python_calamine as calamine

    book = calamine.load_workbook(path)
    for about in book.sheets_metadata:
        if about.visible is not calamine.SheetVisibleEnum.Visible or about.typ is not calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(about.name)
        if sheet.width > MOST_COLUMNS or sheet.height > MOST_ROWS + 1:
            raise _TooManyError
        above, before = sheet.start or (0, 0)
        for number, cells in enumerate(sheet.to_python(skip_empty_area=True), above + 1):
            yield about.name, number, [None] * before + [_told(cell) for cell in cells]


def _counted(rows: Iterator[tuple[str, int, list[Any]]]) -> Iterator[tuple[str, int, list[Any]]]:
    """The rows that have a value, each without blank cells behind its last one."""
    row_count = cell_count = 0
    for sheet, number, cells in rows:
        while cells and cells[-1] is None:
            cells.pop()
        if not cells:
            continue
        row_count, cell_count = row_count + 1, cell_count + len(cells)
        # A row of headings is none of them.
        if row_count > MOST_ROWS + 1 or cell_count > MOST_CELLS or len(cells) > MOST_COLUMNS:
            raise _TooManyError
        yield sheet, number, cells


def _told(cell: Any) -> Any:
    """A cell as JSON holds it: no value is None, and a day is no instant of its midnight."""
    if isinstance(cell, datetime):
        return (cell.date() if cell.time() == time() else cell).isoformat()
    if isinstance(cell, float) and cell.is_integer():
        # JSON holds no longer one. The program shows 15 digits.
        return int(cell) if abs(cell) < _LONGEST_WHOLE else repr(cell)
    if isinstance(cell, str):
        return cell if cell.strip() else None
    return str(cell) if isinstance(cell, date | time | timedelta) else cell


def _line(row: tuple[str, int, list[Any]]) -> bytes:
    line = orjson.dumps(row) + b"\n"
    if len(line) <= _LONGEST_ROW:
        return line
    return orjson.dumps((*row[:2], None)) + b"\n"


if __name__ == "__main__":
    _main(sys.argv[1])
