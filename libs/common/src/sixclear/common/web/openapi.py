"""The OpenAPI description as callers need it: what FastAPI cannot know of a service is added here, for every service.

The documents are OpenAPI 3.1, which generators of clients read; see docs/decisions/0027-contracts-that-tools-read.md.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel

from sixclear.common.web.access import Access, access_rules, find_dependency
from sixclear.common.web.deprecation import Deprecated
from sixclear.common.web.problems import PROBLEM_SCHEMA
from sixclear.common.web.refusals import (
    name_refusals,
    name_refusals_of_process,
    refusals_of_access,
    refusals_of_request,
)
from sixclear.common.web.route_options import RouteOptions

NDJSON = "application/x-ndjson"
# The schema of a line, as OpenAPI 3.2 says it with `itemSchema`. In 3.1 that name is refused by linters.
ITEM_SCHEMA = "x-item-schema"

CONTACT = {"name": "The body that runs this installation"}
_INFO: dict[str, Any] = {
    "contact": CONTACT,
    "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
}
_SERVERS = [{"url": "/", "description": "The installation that serves this document: paths begin at its root."}]
_TOKEN_SCHEME: dict[str, Any] = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": (
        "Access token (RFC 9068) of a client, given by the identity provider of the installation. The embedded "
        "issuer, which `make run` starts, gives one at `POST /oauth2/token` for `grant_type=client_credentials`."
    ),
}

_WRITING_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_ONE_TAG = r'^"[^"]*"$'
_HEADERS: dict[str, dict[str, Any]] = {
    "ETag": {
        "description": "The version that the answer tells of. Send it as `If-Match` with a change that is based on it.",
        "schema": {"type": "string", "pattern": r'^(W/)?"[^"]*"$'},
    },
    "Idempotency-Replayed": {
        "description": "Sent where the request was made before under its `Idempotency-Key`: this is the first answer.",
        "schema": {"type": "string", "const": "true"},
    },
    "Retry-After": {
        "description": "How many seconds to wait before the request is sent again.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "RateLimit-Policy": {
        "description": "How often a client without a scope of the platform may ask: `q` requests in `w` seconds"
        " (draft-ietf-httpapi-ratelimit-headers). Other clients do not get it.",
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": "What is left of it: `r` requests now, all of them after `t` seconds without one.",
        "schema": {"type": "string"},
    },
    "Content-Range": {
        "description": "The bytes that are sent and the size of the file, or with a refusal the size alone.",
        "schema": {"type": "string", "pattern": r"^bytes (\d+-\d+|\*)/\d+$"},
    },
    "Location": {
        "description": "The path of the entity that was made or, with a refusal, of the one that is there already.",
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "X-Request-ID": {
        "description": "Names the request in our logs: the one that was sent, where it is of 1 to 64 letters, digits"
        " and `._:-`, else a new one.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._:-]{1,64}$"},
    },
    "WWW-Authenticate": {
        "description": "`Bearer`, with the reason of the refusal (RFC 6750).",
        "schema": {"type": "string"},
    },
    "Deprecation": {
        "description": "Since when the operation is deprecated (RFC 9745): `@` and the seconds since 1970.",
        "schema": {"type": "string", "pattern": "^@[0-9]+$"},
    },
    "Sunset": {
        "description": "When the operation ends (RFC 8594), as a date of HTTP.",
        "schema": {"type": "string"},
    },
}
_VERSIONS = (
    (
        "304",
        "If-None-Match",
        "The `ETag` of an earlier answer; where it is still so, the answer is 304.",
        "ETag",
    ),
    ("412", "If-Match", "The `ETag` that the change is based on; with another one nothing is changed.", None),
)
# For `responses=` of a reading whose answer carries the version and which knows no 304.
TAGGED: dict[int | str, dict[str, Any]] = {200: {"headers": {"ETag": {"$ref": "#/components/headers/ETag"}}}}
# For `responses=` of a route that makes an entity and says where it is (`locate`).
LOCATED: dict[int | str, dict[str, Any]] = {201: {"headers": {"Location": {"$ref": "#/components/headers/Location"}}}}


def complete(
    app: FastAPI,
    document: dict[str, Any],
    describe: Callable[[dict[str, Any]], None] | None = None,
    examples: Path | None = None,
) -> dict[str, Any]:
    """Add to FastAPI's `document` what it cannot know. Works in place, once, and returns it.

    `describe` adds what plain routes serve, before headers are added to every operation. `examples` is a file with what
    each operation was asked and answered, as `sixclear.common.testing.http_examples` writes it.
    """
    components = document.setdefault("components", {})
    if "securitySchemes" in components:
        return document
    document["info"] |= _INFO
    document["servers"] = _SERVERS
    components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    components["headers"] = _HEADERS
    components["securitySchemes"] = {"token": _TOKEN_SCHEME}
    options = dict(_options(app))
    for method, path, rule in access_rules(app):
        # A parameter that may hold slashes says so to the router, not to readers.
        operation = document.get("paths", {}).get(path.replace(":path}", "}"), {}).get(method.lower())
        if operation is None:
            continue
        if rule is not None:
            _describe_access(operation, rule)
        option = options.get((method, path), RouteOptions())
        if method in _WRITING_METHODS:
            _describe_idempotency(operation, option)
        if option.deprecated is not None:
            _describe_end(operation, option.deprecated)
        name_refusals(operation, refusals_of_request(operation))
        _describe_versions(operation)
    if describe is not None:
        describe(document)
    shown = orjson.loads(examples.read_bytes()) if examples is not None and examples.exists() else {}
    for method, operation in _by_method(document):
        name_refusals_of_process(operation, changing=method.upper() in _WRITING_METHODS)
        _lift_lines(operation, components["schemas"])
        _describe_waiting(operation)
        for answer in operation["responses"].values():
            _add_header(answer, "X-Request-ID")
        _show(operation, shown.get(operation["operationId"], {}))
    _leave_out_unused(document)
    return document


def operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every operation of a document."""
    return (operation for _, operation in _by_method(document))


def _by_method(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in document.get("paths", {}).values():
        yield from path.items()


def lines_of(item: type[BaseModel], description: str) -> dict[str, Any]:
    """The body of a bulk request, for `openapi_extra` of its route: NDJSON, or a JSON array of the same items.

    JSON stands first, for generators take the first type that they know and make typed items of it.
    """
    schema = item.model_json_schema(ref_template="#/components/schemas/{model}")
    lines = {"type": "string", "description": description}
    content = {
        "application/json": {"schema": {"type": "array", "items": schema}},
        NDJSON: {"schema": lines, ITEM_SCHEMA: {"$ref": f"#/components/schemas/{item.__name__}"}},
    }
    return {"requestBody": {"required": True, "content": content}}


def _lift_lines(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Put the schema of an item, which `lines_of` gives whole, among the components."""
    content = operation.get("requestBody", {}).get("content", {})
    if ITEM_SCHEMA not in content.get(NDJSON, {}):
        return
    listed = content["application/json"]["schema"]
    item = dict(listed["items"])
    for name, schema in (item.pop("$defs", {}) | {item["title"]: item}).items():
        schemas.setdefault(name, schema)
    listed["items"] = content[NDJSON][ITEM_SCHEMA]


def _options(app: FastAPI) -> Iterator[tuple[tuple[str, str], RouteOptions]]:
    for route in iter_route_contexts(list(app.routes)):
        options = find_dependency(getattr(route.original_route, "dependant", None), RouteOptions)
        for method in route.methods or ():
            if options is not None:
                yield (method, route.path or ""), options


def _describe_idempotency(operation: dict[str, Any], options: RouteOptions) -> None:
    shortest, longest = options.key_lengths[0], options.key_lengths[-1]
    described = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "The same for every retry of one request: the change is made once and the first answer is "
        "repeated.",
        "schema": {"type": "string", "minLength": shortest, "maxLength": longest, "pattern": "^[!-~]+$"},
    }
    for status, answer in operation["responses"].items():
        if status[0] == "2":
            _add_header(answer, "Idempotency-Replayed")
    parameters = operation.setdefault("parameters", [])
    for parameter in parameters:
        if parameter["in"] == "header" and parameter["name"].lower() == "idempotency-key":
            parameter.update(described, required=True)
            return
    parameters.append(described)


def _describe_end(operation: dict[str, Any], ends: Deprecated) -> None:
    operation["deprecated"] = True
    operation["description"] = "\n\n".join(filter(None, [operation.get("description"), ends.said]))
    for answer in operation["responses"].values():
        for name in ("Deprecation", "Sunset"):
            _add_header(answer, name)


def _describe_versions(operation: dict[str, Any]) -> None:
    """The headers that a version is named in, where the answer goes by them."""
    responses = operation["responses"]
    for status, name, description, also in _VERSIONS:
        if status in responses:
            header = {"name": name, "in": "header", "required": False, "description": description}
            operation.setdefault("parameters", []).append(header | {"schema": {"type": "string"}})
            _add_header(responses[status], also or "ETag")
            for success, answer in responses.items():
                if success in ("200", "201"):
                    _add_header(answer, "ETag")


def _describe_waiting(operation: dict[str, Any]) -> None:
    for status, answer in operation["responses"].items():
        if status in ("429", "503", "default"):
            _add_header(answer, "Retry-After")
        if status == "429":
            _add_header(answer, "RateLimit-Policy")
            _add_header(answer, "RateLimit")


def _show(operation: dict[str, Any], example: dict[str, Any]) -> None:
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        if "request" in example and media_type.endswith(("json", "form-data")):
            asked = example["request"]
            lines = media_type == NDJSON
            content["example"] = "".join(f"{orjson.dumps(item).decode()}\n" for item in asked) if lines else asked
    answer = operation["responses"].get(example.get("status"), {})
    if "answer" in example and "content" in answer:
        # One kind of JSON is answered, `application/json` or a more particular one; never a problem here.
        media_type = next(name for name in answer["content"] if name.endswith("json"))
        answer["content"][media_type]["example"] = example["answer"]


def _add_header(answer: dict[str, Any], name: str) -> None:
    answer.setdefault("headers", {})[name] = {"$ref": f"#/components/headers/{name}"}


def _leave_out_unused(document: dict[str, Any]) -> None:
    used = {
        name
        for operation in operations(document)
        for answer in operation["responses"].values()
        for name in answer.get("headers", {})
    }
    document["components"]["headers"] = {name: header for name, header in _HEADERS.items() if name in used}


def _describe_access(operation: dict[str, Any], rule: Access) -> None:
    if not rule.scopes:
        operation["security"] = []
        return
    operation["security"] = [{"token": []}]
    operation["x-scopes"] = list(rule.scopes)
    operation["x-organisation"] = rule.organisation.word
    needed = " or ".join(f"`{scope}`" for scope in rule.scopes)
    said = f"Needs scope {needed}; the caller acts for {rule.organisation.meaning}."
    operation["description"] = "\n\n".join(filter(None, [operation.get("description"), said]))
    name_refusals(operation, refusals_of_access(rule))
