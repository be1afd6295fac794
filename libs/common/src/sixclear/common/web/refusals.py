"""Refusals in an OpenAPI document: which codes an operation can answer with, at which status.

A route names the refusals of its use case (`problem_responses`). What follows from its access rule, its parameters, its
body and its headers is named here, so that no route can forget it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sixclear.common.caller import InsufficientScope, InvalidToken, OrganisationRequired, Unauthenticated
from sixclear.common.errors import (
    Conflict,
    ContentTooLarge,
    DomainError,
    InternalError,
    InvalidRequest,
    MalformedRequest,
    Unavailable,
    UnsupportedMediaType,
)
from sixclear.common.web.access import ANY_ORGANISATION, Access
from sixclear.common.web.allowances import TooManyRequests
from sixclear.common.web.idempotency import IdempotencyKeyRequired, IdempotencyKeyReused, InvalidIdempotencyKey
from sixclear.common.web.pagination import InvalidCursor
from sixclear.common.web.problems import problem_content, problem_line, problem_responses

Refusals = Sequence[type[DomainError]]
# What the process or the database may answer at every address. `default` of an operation stands for the statuses that
# it does not list, so each of these is named there, and at its own status where the operation lists that.
_ANYWHERE: Refusals = (MalformedRequest, ContentTooLarge, InternalError, Unavailable)
_DEFAULT = "Any other refusal or failure"


def default_responses() -> dict[int | str, dict[str, Any]]:
    """What every operation may answer besides what it declares."""
    responses = problem_responses(InvalidRequest, TooManyRequests)
    return {**responses, "default": {"description": _DEFAULT, "content": problem_content()}}


def name_refusals(operation: dict[str, Any], refusals: Refusals) -> None:
    """Name these refusals, each at its status and before those that stand there; one that stands there is left out."""
    for refusal in reversed(refusals):
        _name(operation["responses"].setdefault(str(refusal.status), _answer("")), refusal)


def refusals_of_access(rule: Access) -> Refusals:
    """What the rule of a route answers to those whom it does not admit."""
    if not rule.scopes:
        return ()
    of_body = () if rule.organisation is ANY_ORGANISATION else (OrganisationRequired,)
    return Unauthenticated, InvalidToken, InsufficientScope, *of_body


def refusals_of_request(operation: Mapping[str, Any]) -> Refusals:
    """What the parameters and the body of a described operation are refused with, whatever its use case is."""
    named = {(one["in"], one["name"]): one for one in operation.get("parameters", ())}
    found: list[type[DomainError]] = [InvalidRequest, TooManyRequests]
    if ("query", "cursor") in named:
        found.append(InvalidCursor)
    if (key := named.get(("header", "Idempotency-Key"))) is not None:
        found += [InvalidIdempotencyKey, IdempotencyKeyReused]
        found += [IdempotencyKeyRequired] if key["required"] else []
    if "requestBody" in operation:
        found.append(UnsupportedMediaType)
    return found


def name_refusals_of_process(operation: dict[str, Any], *, changing: bool) -> None:
    """Name what is refused at every address; the last thing that is said of an operation's answers."""
    responses = operation["responses"]
    default = responses.setdefault("default", _answer(_DEFAULT))
    for refusal in (*_ANYWHERE, *((Conflict,) if changing else ())):
        if (status := str(refusal.status)) in responses:
            _name(responses[status], refusal)
        else:
            default["description"] += f"; {problem_line(refusal)}"


def _name(answer: dict[str, Any], refusal: type[DomainError]) -> None:
    if f"`{refusal.code}`:" not in answer["description"]:
        answer["description"] = "; ".join(filter(None, [problem_line(refusal), answer["description"]]))
    for name in refusal.named_headers:
        answer.setdefault("headers", {})[name] = {"$ref": f"#/components/headers/{name}"}


def _answer(description: str) -> dict[str, Any]:
    return {"description": description, "content": problem_content()}
