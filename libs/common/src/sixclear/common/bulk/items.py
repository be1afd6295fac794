"""How a file of items is read, and how its faults are told: never with a value of the sender."""

import codecs
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from sixclear.common.bulk.errors import BulkTooLarge
from sixclear.common.bulk.results import ItemProblem
from sixclear.common.errors import MalformedRequest
from sixclear.common.web.json_bodies import read_json
from sixclear.common.web.openapi import NDJSON
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Key
from sixclear.common.web.validation import field_errors

# As spreadsheets save "Unicode text"; the longer marks first, since one begins with the other.
WIDE = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
FILES = (NDJSON, "application/ndjson", "application/jsonl", "application/json")
_KEY: TypeAdapter[str] = TypeAdapter(Key)
Item = TypeVar("Item", bound=Schema)


@dataclass(frozen=True, slots=True)
class Line(Generic[Item]):
    """One item of a bulk request: what it says, or why it could not be read.

    `number` is its line in the file, from 1 on; None in a JSON array. `source` and `external_id` are the sender's key.
    """

    number: int | None
    item: Item | None
    problem: ItemProblem | None = None
    source: str | None = None
    external_id: str | None = None

    @property
    def named(self) -> dict[str, Any]:
        """Where it stands and what it names, as results repeat it."""
        return {"line": self.number, "source": self.source, "external_id": self.external_id}

    @property
    def placed(self) -> dict[str, Any]:
        """As `named`, with what else an operation tells of the place."""
        return self.named

    def told(self, problem: ItemProblem) -> ItemProblem:
        """A problem of this item as its operation tells it."""
        return problem


def read_lines(body: bytes, most: int, item: type[Item]) -> list[Line[Item]]:
    """The items of a file, each an `item`, one a line; blank lines are none. An array of items in JSON is read
    too, and one object that is written on several lines.

    A byte order mark is left out, and lines may end in any way; what has the mark of UTF-16 or UTF-32 is read as that.
    A file that begins as an array and is none is refused as a whole. Raises BulkTooLarge for more than `most` items.
    """
    if body.startswith(WORKBOOKS):
        return [Line(1, None, ItemProblem(code="unreadable", detail=f"{_IS_WORKBOOK} {_REMEDY}"))]
    body = _without_end_mark(_in_utf8(body))
    raw = [(number, line) for number, line in enumerate(body.splitlines(), 1) if not is_blank(line)]
    if raw and raw[0][1].lstrip().startswith(b"["):
        return _of_array(raw[0][0], body, most, item)
    if raw and (whole := _one_object(body, raw)) is not None:
        return [item_line(raw[0][0], whole, item)]
    _check_count(raw, most)
    return [_read(number, line, item) for number, line in raw]


def read_piece(number: int | None, raw: bytes | None, item: type[Item]) -> Line[Item]:
    """One item of a file that was cut before; `raw` is None where it is too long to be held."""
    if raw is None:
        detail = f"The item is longer than a million characters. Shorten it. {_REMEDY}"
        return Line(number, None, ItemProblem(code="unreadable", detail=detail))
    return _read(number, raw, item)


def _in_utf8(body: bytes) -> bytes:
    for mark, encoding in WIDE.items():
        if body.startswith(mark):
            with suppress(UnicodeDecodeError):
                # Half a character spoils its own line alone: in UTF-8 it cannot be read.
                return body.decode(encoding, "surrogatepass").encode("utf-8", "surrogatepass")
    return body.removeprefix(codecs.BOM_UTF8)


def _without_end_mark(body: bytes) -> bytes:
    """Without Ctrl-Z, by which DOS ends a text."""
    return body.rstrip(b"\x1a\r\n\t ") if body.rstrip().endswith(b"\x1a") else body


def is_blank(line: bytes) -> bool:
    """Whether nothing of the line shows, whichever blanks or marks it has."""
    if line[:1].isalnum() or line[:1] in (b"{", b"[", b"}", b'"'):
        return False
    return all(sign.isspace() or unicodedata.category(sign) == "Cf" for sign in line.decode("utf-8", "replace"))


def _check_count(items: Sequence[Any], most: int) -> None:
    if len(items) > most:
        raise BulkTooLarge(f"At most {most} items; send the rest in another request.")


def _of_array(first: int, body: bytes, most: int, item: type[Item]) -> list[Line[Item]]:
    try:
        array: list[Any] = read_json(body)
    except (ValueError, RecursionError) as error:
        at = f" at line {error.lineno}, character {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        detail = f"The file begins with [ as an array does, and it is not one JSON array{at}. {_REMEDY}"
        return [Line(first, None, ItemProblem(code="unreadable", detail=detail))]
    _check_count(array, most)
    return [item_line(None, one, item) for one in array]


def _one_object(body: bytes, raw: Sequence[tuple[int, bytes]]) -> Any:
    """The object that the whole file is, written on several lines; else None."""
    if len(raw) == 1 or raw[0][1].rstrip().endswith(b"}") or not raw[-1][1].startswith(b"}"):
        return None
    with suppress(ValueError, RecursionError):
        return read_json(body)
    return None


def _read(number: int | None, raw: bytes, item: type[Item]) -> Line[Item]:
    try:
        return item_line(number, read_json(raw), item)
    except MalformedRequest as error:
        (found,) = error.errors
        problem = ItemProblem(code="invalid", detail="Write each member of an object once.", pointer=found["pointer"])
        return Line(number, None, problem)
    except RecursionError:
        return Line(number, None, ItemProblem(code="invalid", detail=_TOO_DEEP, pointer="#"))
    except ValueError as error:
        detail = f"{_why_unreadable(raw, error)} {_REMEDY}"
        return Line(number, None, ItemProblem(code="unreadable", detail=detail))


# As Excel begins its files, of today and of before 2007.
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_IS_WORKBOOK = "This is an Excel workbook, or another archive, and no text: export its rows as JSON."
_HALF = re.compile(rb"\xed[\xa0-\xbf]")
_CURLY = frozenset("“”„‟«»‘’‚‛＂")
_REMEDY = "Write each item as one object on one line, and save the file as UTF-8."
_TOO_DEEP = "At most 64 levels may be nested. Write each item as one plain object."
_COMMA_IN_NUMBER = re.compile(r":\s*-?[0-9]+,[0-9]+\s*[,}]")


def _why_unreadable(raw: bytes, error: Exception) -> str:
    """What keeps the line from being read, and where; nothing of what it says."""
    if _HALF.search(raw):
        return "The line has half a character, a surrogate without its other half."
    if isinstance(error, UnicodeDecodeError) or b"\x00" in raw:
        return "The line is not UTF-8."
    line = raw.decode("utf-8-sig").strip()
    if not line.startswith("{"):
        return "The line does not begin with {. A table (CSV) or a workbook is not read."
    if line.endswith(",") and _is_json(line[:-1]):
        return "A comma stands after the object: take it out."
    if _COMMA_IN_NUMBER.search(line):
        return "A number has a comma: write a point, such as 33.0, or a whole number."
    return f"The line is not JSON{_place(error)}."


def _is_json(text: str) -> bool:
    with suppress(ValueError, RecursionError, MalformedRequest):
        read_json(text.encode())
        return True
    return False


# What `json` says, in words that help; it says the rest in one way or another.
_SAID = {
    "Extra data": ", where more follows after the object",
    "Invalid control character at": ", a control that does not show",
}


def _place(error: Exception) -> str:
    if not isinstance(error, json.JSONDecodeError):
        return ""
    if error.pos >= len(error.doc.rstrip()):
        return ": it ends before the object does"
    if error.doc[error.pos] in _CURLY:
        return f" at character {error.pos + 1}, a curly quotation mark: write straight ones"
    return f" at character {error.pos + 1}{_SAID.get(error.msg, '')}"


def item_line(number: int | None, value: Any, item: type[Item]) -> Line[Item]:
    """One item, of what was read of it already."""
    try:
        read = item.model_validate(value)
        return Line(number, read, None, getattr(read, "source", None), getattr(read, "external_id", None))
    except ValidationError as error:
        key = [_key(value.get(name)) if isinstance(value, dict) else None for name in ("source", "external_id")]
        complaints = error.errors(include_url=False)
        # A name that is not known says why another one is missing.
        first = next((one for one in complaints if one["type"] == "extra_forbidden"), complaints[0])
        return Line(number, None, _fault(first, item), *key)


def _key(value: Any) -> str | None:
    try:
        return _KEY.validate_python(value)
    except ValidationError:
        return None


# What is expected, and what to do, by the kind of the complaint. Others say both in their own words.
_EXPECTED = {
    "missing": ("this member", "Add it."),
    "extra_forbidden": ("no member of this name", "Correct the name, or leave the member out."),
    "int_type": ("a whole number", "Write it with digits alone and without quotes, such as 33."),
    "greater_than_equal": ("a number of at least {ge}", "Correct the number."),
    "less_than_equal": ("a number of at most {le}", "Correct the number."),
    "string_type": ("text", "Put it in quotes."),
    "string_too_short": ("at least {min_length} character that shows", "Say something, or leave the member out."),
    "string_too_long": ("at most {max_length} characters", "Shorten it."),
    "uuid_type": ("a UUID in quotes", "Copy the task's `task_id`, or name the task by source and external_id."),
    "uuid_parsing": ("a UUID", "Copy the task's `task_id`, or name the task by source and external_id."),
    "model_type": ("an object", 'Write each item as one object, such as {{"task_id": …, "text": …}}.'),
}


def _fault(complaint: Mapping[str, Any], item: type[Item]) -> ItemProblem:
    kind: str = complaint["type"]
    said = field_errors([{**complaint, "loc": ("body", *complaint["loc"])}], item)[0]
    expected, remedy = _EXPECTED.get(kind, ("", ""))
    if kind == "extra_forbidden" and isinstance(complaint["input"], list):
        remedy = "Send the items themselves: one object on each line, or the array alone."
    values = complaint.get("ctx", {})
    detail = f"Expected: {expected.format(**values)}." if expected else f"{said['detail'].rstrip('.')}."
    told = [detail, f"Came: {_kind_of(complaint)}.", remedy.format()]
    if kind == "extra_forbidden":
        told.insert(2, said["detail"].removeprefix("There is no such member here. "))
    return ItemProblem(code="invalid", detail=" ".join(filter(None, told)), pointer=said["pointer"])


_KINDS = {bool: "true or false", int: "a number", str: "text", list: "a list", dict: "an object", type(None): "null"}


def _kind_of(complaint: Mapping[str, Any]) -> str:
    """What came, without the value."""
    if complaint["type"] in ("missing", "unusable_text"):
        return {"missing": "nothing", "unusable_text": "text"}[complaint["type"]]
    came = complaint["input"]
    if isinstance(came, float):
        return "a number" if came.is_integer() else "a number with a fraction"
    return _KINDS.get(type(came), "something else")
