"""The OpenAPI description as callers need it: problem answers and access rules on every operation."""

from typing import Any

from fastapi import FastAPI

from sixclear.common.web.access import Access, access_rules
from sixclear.common.web.problems import PROBLEM_SCHEMA, problem_content

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
    return document


def _describe_idempotency(operation: dict[str, Any]) -> None:
    parameters = operation.setdefault("parameters", [])
    for parameter in parameters:
        if parameter["in"] == "header" and parameter["name"].lower() == "idempotency-key":
            parameter.update(_IDEMPOTENCY_KEY, required=True)
            return
    parameters.append(dict(_IDEMPOTENCY_KEY))


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
        422: {"description": "`invalid-request`: The request is not valid", "content": problem_content()},
        "default": {"description": "Any other refusal or failure", "content": problem_content()},
    }
