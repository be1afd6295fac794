"""From Pydantic's complaints to the `errors` of a problem: where and what, never what the caller sent."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

# Their messages quote the input; what stands here does not.
_QUIET = {
    "value_error": "The value is not valid.",
    "assertion_error": "The value is not valid.",
    "union_tag_invalid": "The tag is not one of the expected ones.",
    "timezone_offset": "The time zone offset is not the expected one.",
    "bytes_invalid_encoding": "The data is not validly encoded.",
    "mapping_type": "Input should be an object.",
    "json_invalid": "The body is not valid JSON.",
    "datetime_object_invalid": "The date and time are not valid.",
}
# "Input should be a valid UUID, invalid character: … found `x`": the part before the comma is enough.
_CUT_AT_COMMA = ("_parsing", "url_syntax_violation")
_LONGEST_POINTER = 200
_PLACES = ("path", "query", "header", "cookie")


def field_errors(complaints: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Entries for `errors`, in the order of the complaints, at most 100 of them."""
    return [_field_error(complaint) for complaint, _ in zip(complaints, range(100), strict=False)]


def _field_error(complaint: Mapping[str, Any]) -> dict[str, str]:
    kind = str(complaint["type"])
    place, *path = complaint["loc"] or ("body",)
    if kind == "unusable_text":
        path.extend(complaint["ctx"]["path"])
    said = {"code": kind.replace("_", "-"), "detail": _detail(kind, str(complaint["msg"]))}
    if place in _PLACES:
        return {"parameter": ".".join(map(str, path)), "in": str(place), **said}
    return {"pointer": "#" if kind == "json_invalid" else _pointer(path), **said}


def _detail(kind: str, message: str) -> str:
    if kind in _QUIET:
        return _QUIET[kind]
    return message.partition(",")[0] if kind.endswith(_CUT_AT_COMMA) else message


def _pointer(path: Sequence[Any]) -> str:
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in path)
    return ("#" + "".join(f"/{part}" for part in parts))[:_LONGEST_POINTER]
