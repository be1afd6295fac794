"""Forms with one file, which is read while it arrives: its texts come before it, and no part of it is kept here."""

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import python_multipart as multipart
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.requests import Request

from sixclear.common.errors import InvalidRequest, MalformedRequest
from sixclear.common.web.media_types import media_type, require_identity, unsupported

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

PARTS = "multipart/form-data"
# What a form puts around its file: texts, heads of parts, boundaries.
FORM_BYTES = 128 * 1024
_BOUNDARY_AT_MOST_BYTES = 70  # RFC 2046 §5.1.1
_HEAD_AT_MOST_BYTES = 8 * 1024
_TEXTS_AT_MOST_BYTES = 96 * 1024
_MOST_TEXTS = 40
_NO_FORM = "The form cannot be read: send multipart/form-data with its texts before its file."


@dataclass(frozen=True, slots=True)
class FormWithFile:
    """The texts of a form by name, what its file is called, and the content of the file as it arrives.

    `content` raises MalformedRequest where the form ends within the file, or goes on behind it.
    """

    texts: Mapping[str, str]
    file_name: str
    content: AsyncIterator[bytes]


async def read_form(request: Request, names: Collection[str] | None, file: str = "file") -> FormWithFile:
    """The form of a request, read up to where its part `file` begins; `names` are the texts that it may have.

    None takes any: a page of many fields has them beside its file.

    Raises UnsupportedMediaType for another body, MalformedRequest for one that is no such form, and InvalidRequest
    where the file is missing or a text has another name.
    """
    require_identity(request)
    if media_type(request) != PARTS:
        raise unsupported(request, (PARTS,))
    _, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if not 0 < len(boundary) <= _BOUNDARY_AT_MOST_BYTES:
        raise MalformedRequest(_NO_FORM)
    parts = _Parts(boundary)
    said = parts.read(request.stream())
    texts: dict[str, str] = {}
    async for part in said:
        if isinstance(part, _File):
            if part.field != file:
                raise _wrong(part.field, "unknown", f"The file is the part `{file}`.")
            return FormWithFile(texts, part.name, _content(said))
        if isinstance(part, _Text):
            if len(texts) >= _MOST_TEXTS:
                raise MalformedRequest(_NO_FORM)
            if names is not None and (part.field not in names or part.field in texts):
                raise _wrong(part.field, "unknown", f"The form has the texts {', '.join(names)}, once each.")
            texts[part.field] = part.text
    raise _wrong(file, "missing", f"Send the file as the part `{file}`, behind the texts.")


async def _content(said: "AsyncGenerator[_Text | _File | _End | bytes]") -> AsyncGenerator[bytes]:
    async with aclosing(said):
        ended = False
        async for part in said:
            if isinstance(part, bytes) and not ended:
                yield part
            elif isinstance(part, _End) and not ended:
                ended = True
            else:
                raise MalformedRequest("The file is the last part of the form.")
        if not ended:
            raise MalformedRequest("The form ended within the file.")


def _wrong(field: str, code: str, detail: str) -> InvalidRequest:
    # What the sender called a part is not repeated; only names that the form may have are.
    return InvalidRequest(
        errors=[{"pointer": f"#/{field}" if code == "missing" else "#", "code": code, "detail": detail}]
    )


@dataclass(frozen=True, slots=True)
class _Text:
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class _File:
    field: str
    name: str


class _End:
    """The file is whole."""


class _Parts:
    """Hears of parts from the parser, and hands them on as they come."""

    def __init__(self, boundary: bytes) -> None:
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._begin,
            "on_header_field": self._more_header,
            "on_header_value": self._more_value,
            "on_header_end": self._end_header,
            "on_headers_finished": self._end_head,
            "on_part_data": self._more,
            "on_part_end": self._end,
        }
        self._parser = multipart.MultipartParser(boundary, callbacks)
        self._said: list[_Text | _File | _End | bytes] = []
        self._texts = 0
        self._begin()

    async def read(self, stream: AsyncIterator[bytes]) -> "AsyncGenerator[_Text | _File | _End | bytes]":
        """The parts of a body in their order."""
        async for chunk in stream:
            try:
                self._parser.write(chunk)
            except FormParserError:
                raise MalformedRequest(_NO_FORM) from None
            said, self._said = self._said, []
            for part in said:
                yield part

    def _begin(self) -> None:
        self._headers: dict[bytes, bytes] = {}
        self._header, self._value, self._text = bytearray(), bytearray(), bytearray()
        self._field, self._is_file, self._head = "", False, 0

    def _more_header(self, data: bytes, start: int, end: int) -> None:
        self._header += self._counted(data[start:end])

    def _more_value(self, data: bytes, start: int, end: int) -> None:
        self._value += self._counted(data[start:end])

    def _counted(self, head: bytes) -> bytes:
        self._head += len(head)
        if self._head > _HEAD_AT_MOST_BYTES:
            raise MalformedRequest("The head of a part is too long.")
        return head

    def _end_header(self) -> None:
        self._headers[bytes(self._header).lower()] = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _end_head(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._field, self._is_file = _read(options.get(b"name", b"")), b"filename" in options
        if self._is_file:
            self._said.append(_File(self._field, _read(options[b"filename"])))

    def _more(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._said.append(data[start:end])
            return
        self._text += data[start:end]
        self._texts += end - start
        if self._texts > _TEXTS_AT_MOST_BYTES:
            raise MalformedRequest("The texts of the form are too long.")

    def _end(self) -> None:
        self._said.append(_End() if self._is_file else _Text(self._field, _read(bytes(self._text))))


def _read(raw: bytes) -> str:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise MalformedRequest("The texts of a form are UTF-8.") from None
    if "\0" in text:
        raise MalformedRequest("The texts of a form hold no NUL.")
    return text
