"""JSON that a client sends: read once, and refused where two readers could understand it differently."""

import json
from collections.abc import Sequence
from typing import Any, NoReturn

from starlette.requests import Request

from sixclear.common.errors import MalformedRequest, field_error, json_pointer


class JsonRequest(Request):
    """A request whose body, where it is JSON, is read by `read_json`; the body is parsed once per request."""

    async def json(self) -> Any:
        """The body; raises what `read_json` raises, and MalformedRequest for what is not UTF-8."""
        if not hasattr(self, "_json"):
            try:
                self._json = read_json(await self.body())
            except UnicodeDecodeError as error:
                raise MalformedRequest(
                    f"The body is not UTF-8: byte {error.start + 1} begins no character. Save and send it as UTF-8."
                ) from None
        return self._json


def read_json(body: bytes) -> Any:
    """What `body`, JSON in UTF-8, says; a byte order mark is left out.

    Raises MalformedRequest where an object names a member twice, at any depth: which of the two counts is left to each
    reader (RFC 8259 §4), so that who checks may see another value than who acts. ValueError for what is not JSON, as
    NaN and Infinity are not; RecursionError for what is nested too deeply to be read.
    """
    text = body.decode("utf-8-sig")
    if text.startswith("\ufeff"):
        raise json.JSONDecodeError("Unexpected UTF-8 BOM (decode using utf-8-sig)", text, 0)
    try:
        return _DECODER.decode(text)
    except _Repeated:
        raise _repeated_member(text) from None


class _Repeated(Exception):
    """An object names a member twice. Where, is looked for afterwards: good bodies pay nothing for it."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Repeated
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise json.JSONDecodeError("not a JSON value", name, 0)


# `json.loads` would make one for each line of a file, which takes as long as reading a short one.
_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse_constant)


class _Members(list[tuple[str, Any]]):
    """The members of an object as they were written."""


def _repeated_member(text: str) -> MalformedRequest:
    """The refusal, with the place of a member that comes twice."""
    waiting: list[tuple[Any, str]] = [(json.loads(text, object_pairs_hook=_Members), "")]
    while waiting:
        value, pointer = waiting.pop()
        pairs: Sequence[tuple[Any, Any]] = value if isinstance(value, _Members) else list(enumerate(value))
        seen: set[Any] = set()
        for name, item in pairs:
            place = json_pointer([name], pointer)
            if name in seen:
                return _refusal(place)
            seen.add(name)
            if isinstance(item, list):
                waiting.append((item, place))
    return _refusal("")


def _refusal(pointer: str) -> MalformedRequest:
    return MalformedRequest(
        "An object of the body names a member twice.",
        errors=[field_error(pointer, "repeated-member", "Write each member of an object once.")],
    )
