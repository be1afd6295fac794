"""From Pydantic's complaints to the `errors` of a problem: where and what, never what the caller sent."""

from collections.abc import Iterable, Mapping
from typing import Any

from sixclear.common.errors import field_error, json_pointer, writable
from sixclear.common.web import patterns
from sixclear.common.web.known_names import members_at, nearest_and_known

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
_NO_BODY = "The request has no body. Send a JSON object as `application/json`, `{}` where all of it is optional."
# "Input should be a valid UUID, invalid character: … found `x`": the part before the comma is enough.
_CUT_AT_COMMA = ("_parsing", "url_syntax_violation")
# What a pattern of our requests wants, in words; a test holds that each pattern has some.
_FORMS = {
    patterns.SLUG: "Write 2 to 80 small letters without marks, digits and hyphens, such as nq57-central.",
    patterns.CODE: "Write 1 to 80 letters without marks, digits, points, hyphens and underscores, without blanks, such "
    "as CSDL-9_2026.",
    patterns.EDITION: "Write 1 to 20 letters without marks, digits, points, hyphens and underscores, such as 2026.1.",
    patterns.SHA256: "Write the SHA-256 as 64 hexadecimal digits.",
    patterns.TRACE: "Write a trace as 32 hexadecimal digits in small letters.",
    patterns.LINK: "Write a whole address without blanks that begins with http:// or https://.",
}
_FORMS_MAY = "The text is not of the form that this field takes; the description of the service has it."
# Names of members are compared with the known ones for so many complaints; a body can hold thousands of them.
_COMPARED_AT_MOST = 10
_PLACES = ("path", "query", "header", "cookie")


def field_errors(complaints: Iterable[Mapping[str, Any]], body: Any = None) -> list[dict[str, str]]:
    """Entries for `errors`, in the order of the complaints, at most 100 of them.

    Where `body`, the type of the whole body, is given, a member that is not known gets the nearest name that is.
    """
    said = []
    for number, complaint in zip(range(100), complaints, strict=False):
        entry = _field_error(complaint)
        if complaint["type"] == "extra_forbidden" and body is not None and number < _COMPARED_AT_MOST:
            *path, name = complaint["loc"][1:]
            if known := members_at(body, path):
                entry["detail"] = f"There is no such member here. {nearest_and_known(str(name), known)}"
        said.append(entry)
    return said


def form_of(complaint: Mapping[str, Any]) -> str:
    """What the pattern of a complaint about one wants, in words."""
    return _FORMS.get(complaint.get("ctx", {}).get("pattern", ""), _FORMS_MAY)


def _field_error(complaint: Mapping[str, Any]) -> dict[str, str]:
    kind = str(complaint["type"])
    place, *path = complaint["loc"] or ("body",)
    if kind == "unusable_text":
        path.extend(complaint["ctx"]["path"])
    said = {"code": kind.replace("_", "-"), "detail": _detail(kind, complaint)}
    if place in _PLACES:
        return {"parameter": writable(".".join(map(str, path))), "in": str(place), **said}
    return field_error("" if kind == "json_invalid" else json_pointer(path), **said)


def _detail(kind: str, complaint: Mapping[str, Any]) -> str:
    if kind == "missing" and tuple(complaint["loc"]) == ("body",):
        return _NO_BODY
    if kind in _QUIET:
        return _QUIET[kind]
    if kind == "string_pattern_mismatch":
        return form_of(complaint)
    message = str(complaint["msg"])
    return message.partition(",")[0] if kind.endswith(_CUT_AT_COMMA) else message
