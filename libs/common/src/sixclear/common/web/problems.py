"""Problem details (RFC 9457): the one shape of every error answer."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from opentelemetry import trace
from starlette.requests import HTTPConnection
from starlette.responses import Response

from sixclear.common.errors import DomainError

PROBLEM_MEDIA_TYPE = "application/problem+json"

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "An error answer (RFC 9457).",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "description": "Names the kind of problem; stable."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "The last part of `type`: what programs compare."},
        "detail": {"type": "string", "description": "What is wrong this time and what helps."},
        "instance": {"type": "string", "description": "The path of the request."},
        "errors": {
            "type": "array",
            "description": "One entry for each thing that is wrong with the request.",
            "items": {
                "type": "object",
                "required": ["code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON Pointer into the body, as a URI fragment."},
                    "parameter": {"type": "string", "description": "Name of a path, query, header or cookie value."},
                    "in": {"type": "string", "enum": ["path", "query", "header", "cookie"]},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
        "trace_id": {"type": "string"},
        "request_id": {"type": "string"},
    },
}


def problem_response(request: HTTPConnection, error: DomainError) -> Response:
    """The answer for `error`."""
    return problem(
        request,
        status=error.status,
        code=error.code,
        title=error.title,
        detail=error.detail,
        errors=error.errors,
        headers=error.headers,
        extensions=error.extensions,
    )


def problem(
    request: HTTPConnection,
    *,
    status: int,
    code: str,
    title: str,
    detail: str = "",
    errors: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
    extensions: Mapping[str, Any] | None = None,
) -> Response:
    """An error answer with the request's path, its id and its trace."""
    body: dict[str, Any] = {"type": f"/problems/{code}", "title": title, "status": status, "code": code}
    if detail:
        body["detail"] = detail
    body["instance"] = request.scope.get("path", "")
    if errors:
        body["errors"] = list(errors)
    body.update(extensions or {})
    body.update(_correlation(request))
    content = orjson.dumps(body, default=str)
    return Response(
        content, status, headers={**(headers or {}), "Cache-Control": "no-store"}, media_type=PROBLEM_MEDIA_TYPE
    )


def _correlation(request: HTTPConnection) -> dict[str, str]:
    found: dict[str, str] = {}
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        found["trace_id"] = format(context.trace_id, "032x")
    request_id = request.scope.get("state", {}).get("request_id")
    if request_id:
        found["request_id"] = request_id
    return found


def problem_responses(*errors: type[DomainError]) -> dict[int | str, dict[str, Any]]:
    """What a route passes as `responses=` to document which refusals it can answer with."""
    by_status: dict[int | str, list[type[DomainError]]] = {}
    for error in errors:
        by_status.setdefault(error.status, []).append(error)
    return {status: _documented(status, group) for status, group in by_status.items()}


def _documented(status: int | str, errors: Sequence[type[DomainError]]) -> dict[str, Any]:
    lines = "; ".join(map(problem_line, dict.fromkeys(errors)))
    described = {"description": lines or HTTPStatus(int(status)).phrase, "content": problem_content()}
    named = {name: {"$ref": f"#/components/headers/{name}"} for error in errors for name in error.named_headers}
    return described | ({"headers": named} if named else {})


def problem_line(error: type[DomainError]) -> str:
    """A refusal as the description of an answer names it."""
    return f"`{error.code}`: {error.title}"


def problem_content() -> dict[str, Any]:
    """The `content` of a problem answer in OpenAPI; the schema is added once by the application factory."""
    return {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
