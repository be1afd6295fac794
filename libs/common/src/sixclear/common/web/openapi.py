"""The OpenAPI description as callers need it: problem answers and access rules on every operation."""

from typing import Any

from fastapi import FastAPI

from sixclear.common.errors import UnsupportedMediaType
from sixclear.common.web.access import Access, access_rules
from sixclear.common.web.problems import PROBLEM_SCHEMA, problem_content, problem_responses

_TOKEN_SCHEME: dict[str, Any] = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "Access token (RFC 9068) of a client; `POST /oauth2/token` of the issuer gives one.",
}

_WRITING_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same for every retry of one request: the change is made once and the first answer is repeated.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


_INVALID = "`invalid-request`: The request is not valid"
_VERSIONS = (
    (
        "304",
        "If-None-Match",
        "The `ETag` of an earlier answer; where it is still so, the answer is 304.",
    ),
    ("412", "If-Match", "The `ETag` that the change is based on; with another one nothing is changed."),
)


def complete(app: FastAPI, document: dict[str, Any]) -> dict[str, Any]:
    """Add to FastAPI's `document` what it cannot know. Works in place, once, and returns it."""
    components = document.setdefault("components", {})
    if "securitySchemes" in components:
        return document
    components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    components["securitySchemes"] = {"token": _TOKEN_SCHEME}
    for method, path, rule in access_rules(app):
        operation = document.get("paths", {}).get(path, {}).get(method.lower())
        if operation is None:
            continue
        if rule is not None:
            _describe_access(operation, rule)
        if method in _WRITING_METHODS:
            _describe_idempotency(operation)
        _describe_refusals(operation)
        _describe_versions(operation)
    return document


def _describe_idempotency(operation: dict[str, Any]) -> None:
    parameters = operation.setdefault("parameters", [])
    for parameter in parameters:
        if parameter["in"] == "header" and parameter["name"].lower() == "idempotency-key":
            parameter.update(_IDEMPOTENCY_KEY, required=True)
            return
    parameters.append(dict(_IDEMPOTENCY_KEY))


def _describe_refusals(operation: dict[str, Any]) -> None:
    """What the route class refuses by itself: parameters that are unknown or repeated, bodies that are not JSON."""
    responses = operation["responses"]
    if _INVALID not in responses["422"]["description"]:
        responses["422"]["description"] = f"{_INVALID}; {responses['422']['description']}"
    if "requestBody" in operation:
        responses.setdefault("415", problem_responses(UnsupportedMediaType)[415])


def _describe_versions(operation: dict[str, Any]) -> None:
    """The headers that a version is named in, where the answer goes by them."""
    for status, name, description in _VERSIONS:
        if status in operation["responses"]:
            header = {"name": name, "in": "header", "required": False, "description": description}
            operation.setdefault("parameters", []).append(header | {"schema": {"type": "string"}})


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


def default_responses() -> dict[int | str, dict[str, Any]]:
    """What every operation may answer besides what it declares."""
    return {
        422: {"description": _INVALID, "content": problem_content()},
        "default": {"description": "Any other refusal or failure", "content": problem_content()},
    }
