"""What stands between the server and the routes of a service, as one layer.

Edge, last net, limits and the table of errors were a class each, with FastAPI's and Starlette's own around and between:
eleven calls deep, through which every wait of a request went again.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sixclear.common.web.edge import EdgeHeaders, request_id_of, with_edge_headers
from sixclear.common.web.exception_handlers import Handler
from sixclear.common.web.limits import Limits
from sixclear.common.web.problems import problem_response
from sixclear.common.web.unexpected_errors import internal_error

_log = structlog.get_logger(__name__)


class Door:
    """Does for `app` what `EdgeMiddleware`, `UnexpectedErrorMiddleware`, `LimitsMiddleware` and Starlette's
    `ExceptionMiddleware` do one after the other. Pure ASGI."""

    def __init__(self, app: ASGIApp, *, edge: EdgeHeaders, limits: Limits, handlers: Mapping[Any, Handler]) -> None:
        self.app = app
        self._edge = edge
        self._limits = limits
        self._table = dict(handlers)
        # Where FastAPI and Starlette, which answer what is in no table of ours, look for them: by class and by status.
        self._handlers: Any = (self._table, {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = request_id_of(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        scope["starlette.exception_handlers"] = self._handlers
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                with_edge_headers(message, scope, self._edge, request_id)
            await send(message)

        try:
            refusal = self._limits.refusal(scope)
            if refusal is not None:
                await problem_response(Request(scope), refusal)(scope, receive, answer)
                return
            await self.app(scope, self._limits.counted(scope, receive), answer)
        except Exception as error:
            if started:
                raise
            response = await self._answer_to(error, Request(scope, receive))
            await response(scope, receive, answer)

    async def _answer_to(self, error: Exception, request: Request) -> Response:
        try:
            handler = next((self._table[kind] for kind in type(error).__mro__ if kind in self._table), None)
            if handler is None:
                raise error
            response: Response = await handler(request, error)
            return response
        except Exception:
            _log.exception("unexpected error")
            return internal_error(request)
        finally:
            # Of an error that is made once and raised often, tracebacks would pile up.
            error.__traceback__ = None
