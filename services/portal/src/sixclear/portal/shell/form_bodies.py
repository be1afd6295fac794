"""Bodies of forms, read as they come: texts are kept up to a limit each, photos and files are passed over unread.

A body that is refused is read as well, because what a person typed stands in it: it goes back into the form.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

import python_multipart as multipart
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.requests import Request

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks, QuerystringCallbacks

_PLAIN = "application/x-www-form-urlencoded"
_PARTS = "multipart/form-data"
_FIELDS = 40
# A browser shows the answer only when its body was taken, and a photo has some MB; the rest of a longer body is not.
_READ_AT_MOST_BYTES = 16 * 1024 * 1024
_KEPT_AT_MOST_BYTES = 1024 * 1024
_TEXT_AT_MOST_BYTES = 512 * 1024
_NAME_AT_MOST_BYTES = 200
_BOUNDARY_AT_MOST_BYTES = 70  # RFC 2046 §5.1.1


@dataclass(slots=True)
class FormBody:
    """The texts of a body by field. `size` counts all that was read; `cut` says that a text was longer than is kept,
    `files` that there was a photo or a file, `readable` that every byte was understood.
    """

    values: dict[str, str] = field(default_factory=dict)
    size: int = 0
    cut: bool = False
    files: bool = False
    readable: bool = True


async def read_body(request: Request, limit_bytes: int) -> FormBody:
    """The body of a form; where it is longer than `limit_bytes`, at least that much of each text is kept."""
    collector = _Collector(FormBody())
    parser = collector.parser(request.headers.get("content-type", ""))
    async for chunk in request.stream():
        collector.body.size += len(chunk)
        if collector.body.size > max(_READ_AT_MOST_BYTES, limit_bytes):
            collector.body.cut = True
            break
        collector.write(parser, chunk)
    else:
        collector.finish(parser)
    return collector.body


class _Collector:
    """Hears of names and pieces of texts from a parser of either kind of body."""

    def __init__(self, body: FormBody) -> None:
        self.body = body
        self._name = bytearray()
        self._text = bytearray()
        self._kept = 0
        self._header = bytearray()
        self._headers: dict[bytes, bytes] = {}
        self._header_text = bytearray()
        self._is_file = False

    def parser(self, content_type: str) -> "multipart.QuerystringParser | multipart.MultipartParser | None":
        """What reads a body of this type; None for one that is no form."""
        kind, options = parse_options_header(content_type)
        if kind == _PLAIN.encode():
            plain: QuerystringCallbacks = {
                "on_field_start": self._begin,
                "on_field_name": self._more_name,
                "on_field_data": self._more_text,
                "on_field_end": self._end_quoted,
            }
            return multipart.QuerystringParser(plain)
        if kind == _PARTS.encode() and 0 < len(options.get(b"boundary", b"")) <= _BOUNDARY_AT_MOST_BYTES:
            parts: MultipartCallbacks = {
                "on_part_begin": self._begin,
                "on_header_field": self._more_header,
                "on_header_value": self._more_header_text,
                "on_header_end": self._end_header,
                "on_headers_finished": self._end_headers,
                "on_part_data": self._more_text,
                "on_part_end": self._end,
            }
            return multipart.MultipartParser(options[b"boundary"], parts)
        self.body.readable = False
        return None

    def write(self, parser: "multipart.QuerystringParser | multipart.MultipartParser | None", chunk: bytes) -> None:
        """Hands a piece of the body to its parser; after the first mistake in it, no more is read."""
        if parser is None or not self.body.readable:
            return
        try:
            parser.write(chunk)
        except FormParserError:
            self.body.readable = False

    def finish(self, parser: "multipart.QuerystringParser | multipart.MultipartParser | None") -> None:
        """Tells the parser that the body is over."""
        if parser is None or not self.body.readable:
            return
        try:
            parser.finalize()
        except FormParserError:
            self.body.readable = False

    def _begin(self) -> None:
        self._name.clear()
        self._text.clear()
        self._headers.clear()
        self._is_file = False

    def _more_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end][: _NAME_AT_MOST_BYTES - len(self._name)]

    def _more_text(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self.body.files = True
            return
        room = min(_TEXT_AT_MOST_BYTES - len(self._text), _KEPT_AT_MOST_BYTES - self._kept)
        self._text += data[start : min(end, start + room)]
        self._kept += min(end - start, room)
        self.body.cut = self.body.cut or end - start > room

    def _end_quoted(self) -> None:
        self._keep(*(unquote_to_bytes(bytes(raw).replace(b"+", b" ")) for raw in (self._name, self._text)))

    def _end(self) -> None:
        if not self._is_file:
            self._keep(bytes(self._name), bytes(self._text))

    def _keep(self, name: bytes, text: bytes) -> None:
        if len(self.body.values) >= _FIELDS:
            self.body.readable = False
            return
        self.body.values[self._read(name)] = self._read(text).replace("\r\n", "\n").strip()

    def _read(self, raw: bytes) -> str:
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            # A text that was cut may end within a letter.
            self.body.readable = self.body.readable and self.body.cut and error.end == len(raw)
            text = raw.decode("utf-8", errors="replace")
        if "\0" in text:
            self.body.readable = False
        return text.replace("\0", "")

    def _more_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _more_header_text(self, data: bytes, start: int, end: int) -> None:
        self._header_text += data[start:end]

    def _end_header(self) -> None:
        self._headers[bytes(self._header).lower()] = bytes(self._header_text)
        self._header.clear()
        self._header_text.clear()

    def _end_headers(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._name += options.get(b"name", b"")[:_NAME_AT_MOST_BYTES]
        self._is_file = b"filename" in options
