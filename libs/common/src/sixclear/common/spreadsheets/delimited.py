"""Tables as text (CSV, RFC 4180), cut into rows while they arrive, as the spreadsheet programs of the world write them.

In UTF-8 with or without its mark, or in UTF-16 with it; cells stand between semicolons, commas or tabs, as the first
row has them or `sep=` above it says; lines may end in any way.
"""

import codecs
import csv
from collections.abc import Iterator

from sixclear.common.bulk.items import WIDE, WORKBOOKS
from sixclear.common.errors import MalformedRequest
from sixclear.common.spreadsheets.reading import Row

_LONGEST_ROW = 1024 * 1024
_SEPARATORS = ";,\t"
_ENDS = ("\n", "\r")


class Delimited:
    """Cuts a table that is fed to it into its rows; holds no more than one of them and what came last.

    A row is counted as its program counts it: a cell may hold several lines. Rows without a value are left out. Raises
    MalformedRequest for a file that is no text in UTF-8, and for a quotation mark that does not end.
    """

    def __init__(self) -> None:
        self._decoder: codecs.IncrementalDecoder | None = None
        self._head = b""
        self._left = ""
        self._record: list[str] = []
        self._size = 0
        self._in_quotes = False
        self._separator: str | None = None
        self._number = 0

    def feed(self, data: bytes) -> Iterator[Row]:
        """The rows that end in what is there now."""
        yield from self._cut(self._decoded(data, final=False), final=False)

    def end(self) -> Iterator[Row]:
        """The rest: the file ends here."""
        yield from self._cut(self._decoded(b"", final=True), final=True)

    def _decoded(self, data: bytes, *, final: bool) -> str:
        if self._decoder is None:
            self._head += data
            if len(self._head) < len(codecs.BOM_UTF32_LE) and not final:
                return ""
            data, self._decoder = self._head, _decoder_of(self._head)
        try:
            return self._decoder.decode(data, final)
        except UnicodeDecodeError:
            raise MalformedRequest(
                f"Row {self._number + 1} or one that follows is not UTF-8. Save the table as “CSV UTF-8”, or send the "
                "workbook (.xlsx)."
            ) from None

    def _cut(self, text: str, *, final: bool) -> Iterator[Row]:
        text = self._left + text
        if final:
            text = text.rstrip("\x1a")  # Ctrl-Z, by which DOS ends a text
        # A \r at the end may be half of an end of line.
        end = len(text) if final else max(text.rfind("\n"), text.rfind("\r", 0, -1)) + 1
        lines, self._left = text[:end], text[end:]
        for line in _physical(lines):
            self._record.append(line)
            self._size += len(line)
            self._in_quotes = self._stays_open(line)
            if not self._in_quotes:
                yield from self._row()
            self._check_size(self._size)
        self._check_size(self._size + len(self._left))
        if final and self._record:
            raise self._open_quote()

    def _check_size(self, size: int) -> None:
        if size > _LONGEST_ROW:
            raise self._open_quote()

    def _open_quote(self) -> MalformedRequest:
        return MalformedRequest(
            f"Row {self._number + 1} does not end: a quotation mark that begins a cell has no other one at its end."
        )

    def _stays_open(self, line: str) -> bool:
        if self._separator is None:
            self._separator = _separator_of(line)
        return stays_open(line, self._separator, self._in_quotes) if self._in_quotes or '"' in line else False

    def _row(self) -> Iterator[Row]:
        record, self._record, self._size = self._record, [], 0
        assert self._separator is not None
        if self._number == 0 and record[0].lower().startswith("sep="):
            # It is no row to the programs that write it, and none to those that count.
            return
        self._number += 1
        if len(record) == 1 and not record[0].strip():
            return
        csv.field_size_limit(max(csv.field_size_limit(), 2 * _LONGEST_ROW))
        cells = next(csv.reader(record, delimiter=self._separator), [])
        found = list(map(_stripped, cells))
        while found and not found[-1]:
            found.pop()
        if found:
            yield Row(None, self._number, [cell or None for cell in found])


def _stripped(cell: str) -> str:
    # Spreadsheets write text that looks like a formula behind an apostrophe, as our tables do.
    cell = cell.strip(" \u00a0\ufeff")
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'")[:1] in ("=", "+", "-", "@") else cell


def _decoder_of(head: bytes) -> codecs.IncrementalDecoder:
    if head.startswith(WORKBOOKS):
        raise MalformedRequest(
            "This is an Excel workbook, or another archive, and no table as text: send it with the media type of a "
            "workbook, or save it as “CSV UTF-8”."
        )
    encoding = next((name for mark, name in WIDE.items() if head.startswith(mark)), "utf-8-sig")
    return codecs.getincrementaldecoder(encoding)()


def _physical(lines: str) -> Iterator[str]:
    """Lines with their ends; unlike `splitlines`, only at what ends a line of a file."""
    begin = 0
    while begin < len(lines):
        ends = [place for sign in _ENDS if (place := lines.find(sign, begin)) >= 0]
        end = min(ends, default=len(lines) - 1)
        if lines[end : end + 2] == "\r\n":
            end += 1
        yield lines[begin : end + 1]
        begin = end + 1


def _separator_of(line: str) -> str:
    """The sign between the cells of the first row: the one that stands there most often outside of quotes."""
    if line.lower().startswith("sep="):
        return line[4:5] if line[4:5] in _SEPARATORS and line[4:5] else ";"
    outside = "".join(line.split('"')[::2])
    return max(_SEPARATORS, key=outside.count)


def stays_open(line: str, separator: str, in_quotes: bool) -> bool:
    """Whether a cell that begins with a quotation mark goes on in the line that follows."""
    place, begins = 0, not in_quotes
    while place < len(line):
        if in_quotes:
            quote = line.find('"', place)
            if quote < 0:
                return True
            doubled = line[quote + 1 : quote + 2] == '"'
            in_quotes, begins, place = doubled, False, quote + (2 if doubled else 1)
        elif begins and line[place] == '"':
            in_quotes, place = True, place + 1
        else:
            found = line.find(separator, place)
            if found < 0:
                return False
            place, begins = found + 1, True
    return in_quotes
