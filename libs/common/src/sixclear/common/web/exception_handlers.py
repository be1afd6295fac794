"""Every exception becomes a problem answer; none of its text leaves the process."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

import asyncpg
import structlog
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from sixclear.common.errors import (
    ContentTooLarge,
    DomainError,
    InvalidRequest,
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
)
from sixclear.common.web.database_errors import DatabaseError, disk_full, problem_for
from sixclear.common.web.methods import allowed_methods
from sixclear.common.web.problems import problem, problem_response
from sixclear.common.web.validation import field_errors

_log = structlog.get_logger(__name__)

_REFUSALS = {refusal.status: refusal for refusal in (MalformedRequest, NotFound, ContentTooLarge)}

Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]


async def answer_domain_error(request: Request, error: DomainError) -> Response:
    return problem_response(request, error)


async def answer_invalid_request(request: Request, error: RequestValidationError) -> Response:
    return problem_response(request, InvalidRequest(errors=field_errors(error.errors())))


async def answer_http_exception(request: Request, error: HTTPException) -> Response:
    # FastAPI puts its own error around what reading the body raises.
    if isinstance(error.__cause__, DomainError):
        return problem_response(request, error.__cause__)
    status = error.status_code
    if status == MethodNotAllowed.status:
        return problem_response(request, MethodNotAllowed(headers={"Allow": allowed_methods(request)}))
    if (refusal := _REFUSALS.get(status)) is not None:
        return problem_response(request, refusal(headers=error.headers))
    phrase = HTTPStatus(status).phrase
    code = phrase.lower().replace(" ", "-")
    return problem(request, status=status, code=code, title=phrase, headers=error.headers)


async def answer_disconnect(request: Request, error: ClientDisconnect) -> Response:
    """The client left while it sent its body: it reads no answer, and there is no fault of ours to log."""
    return problem_response(request, MalformedRequest("The body ended early."))


async def answer_database_error(request: Request, error: DatabaseError) -> Response:
    refusal = problem_for(error)
    if disk_full(error):
        _log.error("refused: the disk of the database is full", error=error)
    elif isinstance(error, PoolTimeout):  # under overload many are told so, and where they waited tells no reason
        _log.warning("refused: no connection to the database was free in time")
    elif refusal.status >= 500:
        _log.error("database error", exc_info=error)
    return problem_response(request, refusal)


def exception_handlers() -> dict[Any, Handler]:
    """The table for FastAPI and Starlette applications; what is not in it is for `UnexpectedErrorMiddleware`."""
    return {
        DomainError: answer_domain_error,
        RequestValidationError: answer_invalid_request,
        HTTPException: answer_http_exception,
        ClientDisconnect: answer_disconnect,
        SQLAlchemyError: answer_database_error,
        asyncpg.PostgresError: answer_database_error,
        asyncpg.InterfaceError: answer_database_error,
        asyncpg.InternalClientError: answer_database_error,
        OSError: answer_database_error,
    }
