"""How a file of reports is read, and how its faults are told: never with a value of the sender."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sixclear.common.errors import MalformedRequest
from sixclear.common.web.json_bodies import read_json
from sixclear.common.web.texts import Key
from sixclear.common.web.validation import field_errors
from sixclear.tasks.reporting.errors import BulkTooLarge
from sixclear.tasks.reporting.schemas import BulkItemResult, BulkProgressItem, ItemProblem, Outcome

_BOM = b"\xef\xbb\xbf"
_KEY: TypeAdapter[str] = TypeAdapter(Key)


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a bulk request: what it says, or why it could not be read.

    `number` is its line in the file, from 1 on; None in a JSON array. `source` and `external_id` are the sender's key.
    """

    number: int | None
    item: BulkProgressItem | None
    problem: ItemProblem | None = None
    source: str | None = None
    external_id: str | None = None

    def result(self, index: int, outcome: Outcome, **told: Any) -> BulkItemResult:
        """What became of it."""
        key = {"line": self.number, "source": self.source, "external_id": self.external_id}
        return BulkItemResult(index=index, outcome=outcome, **key, **told)


def read_lines(body: bytes, most: int) -> list[Line]:
    """The items of a file, one a line; blank lines are none. An array of items in JSON is read too.

    A byte order mark is left out, and lines may end in any way. Raises BulkTooLarge for more than `most` items.
    """
    body = body.removeprefix(_BOM)
    array = _array(body)
    raw = [] if array is not None else [(n, line) for n, line in enumerate(body.splitlines(), 1) if line.strip()]
    if len(raw if array is None else array) > most:
        raise BulkTooLarge(f"At most {most} items; send the rest in another request.")
    return [_read(number, line) for number, line in raw] if array is None else [_line(None, one) for one in array]


def _array(body: bytes) -> list[Any] | None:
    if not body.lstrip().startswith(b"["):
        return None
    try:
        array: list[Any] = read_json(body)
    except (ValueError, RecursionError):
        return None
    return array


def _read(number: int, raw: bytes) -> Line:
    try:
        return _line(number, read_json(raw))
    except MalformedRequest as error:
        (found,) = error.errors
        problem = ItemProblem(code="invalid", detail="Write each member of an object once.", pointer=found["pointer"])
        return Line(number, None, problem)
    except (ValueError, RecursionError):
        detail = "The line is not JSON. Write each item as one object on one line, and save the file as UTF-8."
        return Line(number, None, ItemProblem(code="unreadable", detail=detail))


def _line(number: int | None, value: Any) -> Line:
    key = [_key(value.get(name)) if isinstance(value, dict) else None for name in ("source", "external_id")]
    try:
        return Line(number, BulkProgressItem.model_validate(value), None, *key)
    except ValidationError as error:
        return Line(number, None, _fault(error.errors(include_url=False)[0]), *key)


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
    "string_pattern_mismatch": ("text of the form {pattern}", "Correct the text."),
    "uuid_type": ("a UUID in quotes", "Copy the task's `task_id`, or name the task by source and external_id."),
    "uuid_parsing": ("a UUID", "Copy the task's `task_id`, or name the task by source and external_id."),
    "model_type": ("an object", 'Write each item as one object, such as {{"task_id": …, "text": …}}.'),
}


def _fault(complaint: Mapping[str, Any]) -> ItemProblem:
    kind: str = complaint["type"]
    said = field_errors([{**complaint, "loc": ("body", *complaint["loc"])}])[0]
    expected, remedy = _EXPECTED.get(kind, ("", ""))
    values = complaint.get("ctx", {})
    detail = f"Expected: {expected.format(**values)}." if expected else f"{said['detail'].rstrip('.')}."
    told = [detail, f"Came: {_kind_of(complaint)}.", remedy.format()]
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
