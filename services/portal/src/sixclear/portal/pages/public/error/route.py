"""Errors as pages: a portal error, an address that no route answers, a fault of the portal itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sixclear.common.errors import NotFound
from sixclear.common.web.allowances import ASKS_TOO_OFTEN, TooManyRequests
from sixclear.common.web.methods import allowed_methods
from sixclear.common.web.problems import problem_response
from sixclear.portal.errors import ServiceAway
from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.shell.policy import let_frame
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page("error")
FRAMED = PUBLIC.page("error", styles=("framed",), framed=True)
_FRAMES = "/embed/feedback"


@dataclass(frozen=True, slots=True)
class ErrorView:
    """What went wrong: the status, and the services that did not answer."""

    status: int
    away: Mapping[str, datetime | None]
    request_id: str


async def portal_error(request: Request, error: Any) -> Response:
    """The page of a `PortalError`."""
    return _show(request, error.status, {error.service: None} if isinstance(error, ServiceAway) else {})


async def http_exception(request: Request, error: Any) -> Response:
    """The page of an address that no route answers; to a program, which asks below `/api/`, a problem document."""
    if request.url.path.startswith("/api/"):
        return problem_response(request, NotFound("Each service describes its addresses at /api/…/openapi.json."))
    response = _show(request, error.status_code, {})
    response.headers.update(error.headers or {})
    if error.status_code == 405:
        response.headers["Allow"] = allowed_methods(request)
    return response


def unexpected_error(request: Request) -> Response:
    """The page of a fault; it says nothing of what failed."""
    return _show(request, 500, {})


class RefusedAtTheDoor:
    """Pure ASGI: the page of a visitor who asks too often, which the process has found before."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        error: TooManyRequests | None = scope.get(ASKS_TOO_OFTEN)
        if error is None:
            await self.app(scope, receive, send)
            return
        response = _show(Request(scope), 429, {})
        response.headers.update(error.headers or {})
        await response(scope, receive, send)


def _show(request: Request, status: int, away: Mapping[str, datetime | None]) -> Response:
    shown = status if 400 <= status < 500 or status == 503 else 500
    view = ErrorView(shown, away, getattr(request.state, "request_id", ""))
    portal, page = portal_of(request), FRAMED if request.scope["path"].startswith(_FRAMES) else PAGE
    response = portal.pages.answer(request, page, view, status=status, private=True)
    if page.framed:
        # Else a browser shows an empty frame, which says nothing.
        let_frame(request, response, portal.settings.embed_origins)
    if status == 503:
        response.headers["Retry-After"] = "10"
    return response
