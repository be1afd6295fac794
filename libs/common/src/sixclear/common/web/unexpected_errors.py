"""The last net under an application: an unhandled exception; none of its text leaves the process."""

from collections.abc import Callable

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sixclear.common.errors import InternalError
from sixclear.common.web.problems import problem_response

_log = structlog.get_logger(__name__)


def internal_error(request: Request) -> Response:
    """The problem that an interface answers with."""
    return problem_response(request, InternalError())


class UnexpectedErrorMiddleware:
    """Logs an unhandled exception and answers with 500 as `answer` makes it: a problem, or a page.

    Once the answer has begun it can only be cut off: the exception goes on, so that the server closes the connection.
    """

    def __init__(self, app: ASGIApp, answer: Callable[[Request], Response] = internal_error) -> None:
        self.app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception:
            if started:
                raise
            _log.exception("unexpected error")
            await self._answer(Request(scope))(scope, receive, send)
