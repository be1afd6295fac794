"""GeoReport v2 as its public specification describes it: https://wiki.open311.org/GeoReport_v2/ (frozen, fields and
nesting of each answer), and what its client in FixMyStreet asks (`perllib/Open311.pm` and `Open311/GetUpdates`): XML,
a form with `attribute[…]` fields, `start_date` and `end_date` in W3C form, `page`.

Written down here as JSON schemas; an XML document is read by the Spark convention into the JSON that it stands for.
"""

from typing import Any
from xml.etree import ElementTree

from jsonschema import Draft202012Validator, FormatChecker

_TEXT = {"type": ["string", "null"]}
_INSTANT = {"type": ["string", "null"], "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$"}


def _all(**members: Any) -> dict[str, Any]:
    """An object with all of these and nothing else."""
    return {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}


_WORD = {"type": "string", "minLength": 1}
SERVICES = {
    "type": "array",
    "minItems": 1,
    "items": _all(
        service_code=_WORD,
        service_name=_WORD,
        description=_TEXT,
        metadata={"type": "boolean"},
        type={"enum": ["realtime", "batch", "blackbox"]},
        keywords=_TEXT,
        group=_TEXT,
    ),
}
DEFINITION = _all(
    service_code=_WORD,
    attributes={
        "type": "array",
        "items": _all(
            variable={"type": "boolean"},
            code=_WORD,
            datatype={"enum": ["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]},
            required={"type": "boolean"},
            datatype_description=_TEXT,
            order={"type": "integer", "minimum": 1},
            description=_TEXT,
            values={"type": "array", "items": _all(key=_WORD, name=_WORD)},
        ),
    },
)
REQUESTS = {
    "type": "array",
    "items": _all(
        service_request_id=_WORD,
        status={"enum": ["open", "closed"]},
        status_notes=_TEXT,
        service_name=_TEXT,
        service_code=_TEXT,
        description=_TEXT,
        agency_responsible=_TEXT,
        service_notice=_TEXT,
        requested_datetime=_INSTANT,
        updated_datetime=_INSTANT,
        expected_datetime=_INSTANT,
        address=_TEXT,
        address_id=_TEXT,
        zipcode=_TEXT,
        lat={"type": ["number", "null"]},
        long={"type": ["number", "null"]},
        media_url=_TEXT,
    ),
}
POSTED = {
    "type": "array",
    "minItems": 1,
    "maxItems": 1,
    "items": _all(service_request_id=_WORD, service_notice=_TEXT, account_id=_TEXT),
}
ERRORS = {"type": "array", "minItems": 1, "items": _all(code={"type": "integer"}, description=_WORD)}
DISCOVERY = _all(
    changeset=_WORD,
    contact=_WORD,
    key_service=_WORD,
    endpoints={
        "type": "array",
        "minItems": 1,
        "items": _all(
            specification={"const": "http://wiki.open311.org/GeoReport_v2"},
            url={"type": "string", "format": "uri", "pattern": "^https?://"},
            changeset=_WORD,
            type={"enum": ["production", "test"]},
            formats={"type": "array", "items": {"enum": ["text/xml", "application/json"]}},
        ),
    },
)
# The root of a document, the element of its list, and its schema.
SCHEMAS: dict[str, Any] = {
    "services": SERVICES,
    "service_definition": DEFINITION,
    "service_requests": REQUESTS,
    "errors": ERRORS,
    "discovery": DISCOVERY,
}
_LISTS = {
    "services": "service",
    "service_requests": "request",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
}


def require(schema: Any, value: Any) -> None:
    """Fails where an answer is not as the specification has it."""
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(value)


def read_xml(content: bytes) -> tuple[str, Any]:
    """The root of a document, and what it says as JSON says it: words, since XML has no types."""
    assert content.startswith(b'<?xml version="1.0" encoding="utf-8"?>'), "the specification asks for the declaration"
    root = ElementTree.fromstring(content)
    return root.tag, _spark(root)


def _spark(element: ElementTree.Element) -> Any:
    if element.tag in _LISTS:
        assert {child.tag for child in element} <= {_LISTS[element.tag]}
        return [_spark(child) for child in element]
    return {child.tag: _spark(child) for child in element} if len(element) else (element.text or None)


def in_words(value: Any) -> Any:
    """What JSON says, in the words of XML."""
    if isinstance(value, dict):
        return {name: in_words(below) for name, below in value.items()}
    if isinstance(value, list):
        return [in_words(below) for below in value]
    return None if value in (None, "") else str(value).lower() if isinstance(value, bool) else str(value)
