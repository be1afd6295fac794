"""Workbooks (XLSX), written row by row in a child process that ends with the file, with limits of time and memory.

Text is always written as text: what begins as a formula does is marked as quoted, so that no program runs it, also when
its cell is edited. Days and instants are real dates, instants in civil time (Asia/Ho_Chi_Minh).
"""

import asyncio
import sys
from collections.abc import AsyncIterable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from sixclear.common.clock import CIVIL_ZONE
from sixclear.common.errors import Unavailable

# A cell that begins so is a formula to a spreadsheet, whatever it came from.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# More rows than the import takes would not come back.
MOST_ROWS = 50_000
# The program's own limit. Texts are shorter; what several are joined to may be longer.
LONGEST_CELL = 32_767
_SECONDS = 120
_BYTES = 1024 * 1024 * 1024
_NARROWEST, _WIDEST = 10, 60
_SENT_TOGETHER = 64 * 1024


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, the machine's name of it, and whether it is shown and may be filled in."""

    heading: str
    name: str | None = None
    width: int | None = None
    hidden: bool = False
    fillable: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook. Where one of its columns may be filled in, the others are protected (without a password).

    Where columns have names, these are a hidden first row; the headings come below it.
    """

    title: str
    columns: Sequence[Column]
    rows: AsyncIterable[Sequence[Any]]
    hidden: bool = False


async def write_workbook(path: Path, sheets: Iterable[Sheet]) -> None:
    """Write the sheets as a workbook to `path`; raises what their rows raise, and Unavailable when it takes too long.

    No more than one part of it is held here: the child takes rows as fast as it writes them.
    """
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__, str(path)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert child.stdin is not None
    assert child.stderr is not None
    try:
        async with asyncio.timeout(_SECONDS):
            await _send(child.stdin, sheets)
            said = await child.stderr.read()
            if await child.wait():
                raise RuntimeError(f"no workbook was written: {said.decode(errors='replace')[-500:]}")
    except TimeoutError:
        raise Unavailable("The workbook took too long to write. Please try again.", retry_after_seconds=30) from None
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()


async def _send(child: asyncio.StreamWriter, sheets: Iterable[Sheet]) -> None:
    # A child that ended says why by itself.
    with suppress(BrokenPipeError, ConnectionResetError):
        for sheet in sheets:
            columns = [asdict(column) for column in sheet.columns]
            waiting = bytearray(_line({"title": sheet.title, "columns": columns, "hidden": sheet.hidden}))
            async for row in sheet.rows:
                waiting += _line([_told(value) for value in row])
                if len(waiting) >= _SENT_TOGETHER:
                    child.write(waiting)
                    await child.drain()
                    waiting = bytearray()
            child.write(waiting)
            await child.drain()
        child.close()
        await child.wait_closed()


def _line(value: Any) -> bytes:
    return orjson.dumps(value, str, orjson.OPT_APPEND_NEWLINE)


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"at": value.astimezone(CIVIL_ZONE).replace(tzinfo=None).isoformat()}
    return {"on": value.isoformat()} if isinstance(value, date) else value


def _main(path: str, lines: Iterator[bytes]) -> None:
    """The child: reads lines, writes the workbook."""
    import xlsxwriter  # type: ignore[import-untyped]

    _limit()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as book:
        sheet = None
        for line in lines:
            told = orjson.loads(line)
            if isinstance(told, dict):
                sheet = _Writer(book, told)
            else:
                assert sheet is not None, "a sheet begins with its columns"
                sheet.add(told)


def _limit() -> None:
    with suppress(ImportError):  # there is none of it on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))


class _Writer:
    """Writes one sheet, row by row."""

    def __init__(self, book: Any, told: dict[str, Any]) -> None:
        self._sheet = book.add_worksheet(told["title"])
        self._columns = told["columns"]
        self._row = 0
        self._fillable = any(column["fillable"] for column in self._columns)
        # By whether the cell may be filled in, and what stands in it.
        self._formats = {
            (fillable, kind): book.add_format(_BESIDE[fillable] | {"text_wrap": True, "valign": "top"} | look)
            for fillable in (False, True)
            for kind, look in _LOOKS.items()
        }
        self._begin(book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}))
        if told["hidden"]:
            self._sheet.hide()

    def _begin(self, bold: Any) -> None:
        sheet, columns = self._sheet, self._columns
        for place, column in enumerate(columns):
            width = column["width"] or min(max(len(column["heading"]) + 2, _NARROWEST), _WIDEST)
            kind = self._formats[column["fillable"], "text"]
            sheet.set_column(place, place, width, kind, {"hidden": column["hidden"]})
        if any(column["name"] for column in columns):
            sheet.set_row(0, None, None, {"hidden": True})
            self.add([column["name"] for column in columns])
        for place, column in enumerate(columns):
            sheet.write_string(self._row, place, column["heading"], bold)
        self._row += 1
        sheet.freeze_panes(self._row, 0)
        if self._fillable:
            allowed = dict.fromkeys(("format_columns", "format_rows", "autofilter"), True)
            sheet.protect("", {"select_locked_cells": True, **allowed})
        for place, column in enumerate(columns):
            if column["choices"]:
                rule = {"validate": "list", "source": column["choices"], "ignore_blank": True}
                sheet.data_validation(self._row, place, MOST_ROWS, place, rule)

    def add(self, values: list[Any]) -> None:
        """Write the next row."""
        for place, (value, column) in enumerate(zip(values, self._columns, strict=True)):
            self._cell(place, value, column["fillable"])
        self._row += 1

    def _cell(self, place: int, value: Any, fillable: bool) -> None:
        sheet, at = self._sheet, (self._row, place)
        if value is None:
            sheet.write_blank(*at, None, self._formats[fillable, "text"])
        elif isinstance(value, bool):
            sheet.write_boolean(*at, value, self._formats[fillable, "text"])
        elif isinstance(value, int | float):
            sheet.write_number(*at, value, self._formats[fillable, "text"])
        elif isinstance(value, dict):
            ((kind, written),) = value.items()
            sheet.write_datetime(*at, datetime.fromisoformat(written), self._formats[fillable, kind])
        else:
            kind = "quoted" if value.startswith(FORMULA) else "text"
            shown = value if len(value) <= LONGEST_CELL else value[: LONGEST_CELL - 1] + "…"
            sheet.write_string(*at, shown, self._formats[fillable, kind])


# What is filled in stays as it is typed: in a cell of no format `100%` is 1, and a day is read as the region has it.
_TEXT = 0x31
_BESIDE: dict[bool, dict[str, Any]] = {False: {"locked": True}, True: {"locked": False, "num_format": _TEXT}}
_LOOKS: dict[str, dict[str, Any]] = {
    "text": {},
    "quoted": {"quote_prefix": True},
    "on": {"num_format": "yyyy-mm-dd", "align": "left"},
    "at": {"num_format": "yyyy-mm-dd hh:mm", "align": "left"},
}


if __name__ == "__main__":
    _main(sys.argv[1], iter(sys.stdin.buffer))
