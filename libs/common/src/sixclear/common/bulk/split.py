"""A file cut into its items while it arrives: no more of it is held than one item and what came last."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sixclear.common.bulk.items import WIDE, WORKBOOKS, is_blank
from sixclear.common.errors import MalformedRequest

# A longer one is no item of ours: an event carries half of it.
LONGEST_ITEM = 1024 * 1024
# What arrives in crumbs is looked at in pieces of this size: each look costs a search in what is held.
_LOOK_AT = 64 * 1024

# A string as a whole, or what gives an array its shape. A quotation mark alone begins a string whose end is not there.
_SHAPE = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{},"]', flags=re.DOTALL)
_IN_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', flags=re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """The bytes of one item and its line, from 1 on; no line in a JSON array, no bytes of one that is too long."""

    line: int | None
    raw: bytes | None


class Splitter:
    """Cuts a file that is fed to it: NDJSON, or one JSON array; in UTF-8, or as its byte order mark says.

    It only looks for where items end. Raises MalformedRequest for a file that is no text, and for an array that is
    none; a fault inside of an item is found by who reads it.
    """

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._decoder: codecs.IncrementalDecoder | None = None
        self._begun = False
        self._lines = _Lines()
        self._array: _Array | None = None
        self._seen_item = False

    def feed(self, data: bytes) -> Iterator[Piece]:
        """The items that end with these bytes of the file."""
        self._waiting += data
        if len(self._waiting) >= _LOOK_AT:
            yield from self._cut(final=False)

    def end(self) -> Iterator[Piece]:
        """The items that were not cut yet: the file ends here."""
        yield from self._cut(final=True)

    def _cut(self, *, final: bool) -> Iterator[Piece]:
        data = bytes(self._waiting)
        self._waiting.clear()
        if not self._begun:
            data = self._begin(data)
        if self._decoder is not None:
            data = _in_utf8(self._decoder, data, final=final)
        if not self._seen_item:
            shown = data.lstrip()
            if shown.startswith(b"["):
                # Before the first item only blank lines can stand.
                self._array = _Array()
            self._seen_item = bool(shown)
        yield from (self._array or self._lines).cut(data, final=final)

    def _begin(self, data: bytes) -> bytes:
        self._begun = True
        if data.startswith(WORKBOOKS):
            raise MalformedRequest("This is an Excel workbook, or another archive, and no text: export its rows.")
        for mark, encoding in WIDE.items():
            if data.startswith(mark):
                self._decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
                return data
        return data.removeprefix(codecs.BOM_UTF8)


def _in_utf8(decoder: codecs.IncrementalDecoder, data: bytes, *, final: bool) -> bytes:
    try:
        return decoder.decode(data, final).encode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        raise MalformedRequest("The file is not in the encoding that its byte order mark names.") from None


class _Lines:
    """Cuts at the ends of lines."""

    def __init__(self) -> None:
        self._left = b""
        self._number = 0
        self._too_long = False

    def cut(self, data: bytes, *, final: bool) -> Iterator[Piece]:
        """The lines that end in what is there now."""
        data = self._left + data
        if final:
            data = data.rstrip(b"\x1a")  # Ctrl-Z, by which DOS ends a text
        # A \r at the end may be half of an end of line.
        end = len(data) if final else max(data.rfind(b"\n"), data.rfind(b"\r", 0, -1)) + 1
        lines, self._left = data[:end].splitlines(), data[end:]
        for line in lines:
            self._number += 1
            too_long, self._too_long = self._too_long or len(line) > LONGEST_ITEM, False
            if too_long:
                yield Piece(self._number, None)
            elif line.strip() != b"\x1a" and not is_blank(line):
                yield Piece(self._number, line)
        if len(self._left) > LONGEST_ITEM:
            self._left, self._too_long = b" ", True


class _Array:
    """Cuts at the commas of one array."""

    def __init__(self) -> None:
        self._data = b""
        self._from = 0  # up to here everything was looked at
        self._depth = 0
        self._too_long = False
        self._in_string = False  # of which the beginning was dropped
        self._items = 0

    def cut(self, data: bytes, *, final: bool) -> Iterator[Piece]:
        """The elements that end in what is there now."""
        self._data += data
        while not self._in_string or self._leave_string():
            yield from self._scan()
            if len(self._data) <= LONGEST_ITEM:
                break
            # What was looked at is dropped; what is left is the beginning of a string, if anything.
            self._data, self._from, self._too_long = self._data[self._from :], 0, True
            if len(self._data) <= LONGEST_ITEM:
                break
            self._data, self._in_string = self._data[1:], True
        if final and (self._depth or self._in_string or self._data.strip(b"\x1a\r\n\t ")):
            raise _no_array()

    def _scan(self) -> Iterator[Piece]:
        begin, place = 0, self._from
        for token in _SHAPE.finditer(self._data, self._from):
            sign = token[0]
            if sign == b'"':
                place = token.start()
                break
            if not self._depth and (sign != b"[" or self._items):
                raise _no_array()
            if sign in (b"[", b"{"):
                self._depth += 1
                if self._depth == 1:
                    begin = token.end()
            elif sign in (b"]", b"}"):
                self._depth -= 1
            if self._depth == 0 or (sign == b"," and self._depth == 1):
                yield from self._element(self._data[begin : token.start()], last=self._depth == 0)
                begin = token.end()
            place = token.end()
        else:
            place = len(self._data)
        self._data, self._from = self._data[begin:], place - begin

    def _leave_string(self) -> bool:
        """Drop what is inside of a string that is too long; whether it ends in what is there."""
        inside = _IN_STRING.match(self._data)
        end = inside.end() if inside else 0
        over = end < len(self._data) and self._data[end : end + 1] == b'"'
        self._data, self._in_string = self._data[end + over :], not over
        return over

    def _element(self, raw: bytes, *, last: bool) -> Iterator[Piece]:
        too_long, self._too_long = self._too_long or len(raw) > LONGEST_ITEM, False
        if too_long or raw.strip():
            self._items += 1
            yield Piece(None, None if too_long else raw)
        elif not last or self._items:
            raise _no_array()
        else:
            self._items = -1  # an empty array, which is over


def _no_array() -> MalformedRequest:
    return MalformedRequest("The file begins with [ as an array does, and it is not one JSON array.")
