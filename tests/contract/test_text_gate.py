"""No text reaches a service around the gate: what a request says freely has one of the forms of `web.texts`."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted((ROOT / "services").glob("*/contracts/openapi.json"))
_CONSTRAINTS = {"pattern", "format", "enum", "const"}
# Text without a gate, `service: where`, and who reads it instead.
_CURSOR = "`decode_cursor` refuses what the list did not give out: 400 invalid-cursor"
_TYPED = "`feedback.typed` reads what people type and copy, and says how to write it"
_TAGS = "`check_version` reads it as it reads the header If-Match, and keeps nothing of it"
READ_OTHERWISE = {
    "data-catalog: query after": _CURSOR,
    "feedback: query after": _CURSOR,
    "tasks: query after": _CURSOR,
    "data-catalog: query cursor": _CURSOR,
    "feedback: query cursor": _CURSOR,
    "monitoring: query cursor": _CURSOR,
    "tasks: query cursor": _CURSOR,
    "feedback: ConsentEntry.receipt_code": _TYPED,
    "feedback: IdentityEntry.email": _TYPED,
    "feedback: IdentityEntry.phone": _TYPED,
    "feedback: ErasureEntry.receipt_code": _TYPED,
    "feedback: IdentityEntry.receipt_code": _TYPED,
    "feedback: MailboxMessage.receipt_code": _TYPED,
    "feedback: MailboxOpening.receipt_code": _TYPED,
    "feedback: NoticeChange.receipt_code": _TYPED,
    "feedback: NoticeEntry.email": _TYPED,
    "feedback: RatingEntry.receipt_code": _TYPED,
    "feedback: ReopeningEntry.receipt_code": _TYPED,
    "feedback: AppealEntry.receipt_code": _TYPED,
    "feedback: multipart/form-data.receipt_code": _TYPED,
    "feedback: Sender.email": _TYPED,
    "feedback: Sender.phone": _TYPED,
    "monitoring: query as_of": "`read_as_of` takes an instant or a civil day",
    "monitoring: application/x-protobuf": "bytes",
    "monitoring: Stream.detail": "words of our own processes; a report that is refused would hide a sick stream",
    "data-catalog: ElementItem.if_match": _TAGS,
    "data-catalog: application/x-ndjson": "each line is an ElementItem",
    "tasks: BulkProgressItem.if_match": _TAGS,
    "tasks: TaskItem.if_match": _TAGS,
    "tasks: ValueItem.if_match": _TAGS,
    "tasks: text/csv": "the first row has the headings of an import; each row is then read as a request is",
    "tasks: application/x-ndjson": "each line is a BulkProgressItem",
}


def free_texts(document: Mapping[str, Any]) -> Iterator[str]:
    """Where a request holds text that nothing constrains: a parameter by its name, a member by schema and path."""
    schemas = document.get("components", {}).get("schemas", {})
    seen: set[str] = set()

    def walk(schema: Mapping[str, Any], where: str) -> Iterator[str]:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            if name not in seen:
                seen.add(name)
                yield from walk(schemas[name], name)
            return
        if schema.get("type") == "string" and not _CONSTRAINTS & schema.keys():
            yield where
        for kind in ("anyOf", "oneOf", "allOf", "prefixItems"):
            for part in schema.get(kind, ()):
                yield from walk(part, where)
        for name, part in schema.get("properties", {}).items():
            yield from walk(part, f"{where}.{name}")
        for kind in ("items", "additionalProperties"):
            if isinstance(schema.get(kind), dict):
                yield from walk(schema[kind], f"{where}[]")

    for operations in document["paths"].values():
        for operation in (value for value in operations.values() if isinstance(value, dict)):
            # Headers are the protocol's: ASCII, each read by its own grammar.
            for parameter in (one for one in operation.get("parameters", ()) if one["in"] != "header"):
                yield from walk(parameter["schema"], f"{parameter['in']} {parameter['name']}")
            for media_type, body in operation.get("requestBody", {}).get("content", {}).items():
                yield from walk(body.get("schema", {}), media_type)
    # No body refers to it: a file has one on each line.
    if "BulkProgressItem" in schemas:
        yield from walk(schemas["BulkProgressItem"], "BulkProgressItem")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.parents[1].name)
def test_every_text_of_a_request_passes_a_gate(document: Path) -> None:
    service = document.parents[1].name
    found = {f"{service}: {where}" for where in free_texts(orjson.loads(document.read_bytes()))}
    listed = {entry for entry in READ_OTHERWISE if entry.startswith(f"{service}: ")}
    assert sorted(found - listed) == [], "give it a type of web.texts, a pattern, a format or an enumeration"
    assert sorted(listed - found) == [], "delete the entry: nothing is free there any more"


def test_a_free_text_is_found_wherever_it_stands() -> None:
    text_or_none = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    document = {
        "paths": {
            "/x": {
                "post": {
                    "parameters": [{"in": "query", "name": "q", "schema": text_or_none}],
                    "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/X"}}}},
                }
            }
        },
        "components": {
            "schemas": {
                "X": {
                    "properties": {
                        "title": {"type": "string", "maxLength": 20},
                        "names": {"type": "array", "items": {"type": "string"}},
                        "slug": {"type": "string", "pattern": "^[a-z]+$"},
                        "again": {"$ref": "#/components/schemas/X"},
                    }
                }
            }
        },
    }
    assert sorted(free_texts(document)) == ["X.names[]", "X.title", "query q"]
