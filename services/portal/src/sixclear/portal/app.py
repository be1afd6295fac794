"""Wiring of the portal."""

from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from sixclear.common.clock import Clock
from sixclear.common.telemetry import TelemetryMiddleware
from sixclear.common.web.edge import EdgeMiddleware
from sixclear.common.web.unexpected_errors import UnexpectedErrorMiddleware
from sixclear.portal.errors import PortalError, ServiceAway
from sixclear.portal.pages import Pages, content_security_policy
from sixclear.portal.routes import all_routes
from sixclear.portal.routes.dependencies import Portal
from sixclear.portal.settings import Settings
from sixclear.portal.upstream.gateway import Gateway

_KNOWN_STATUSES = frozenset({403, 404, 405, 413, 422, 503})


def create_app(
    *, settings: Settings, clock: Clock, gateway: Gateway, pages: Pages, developer_pages: bool = False
) -> Starlette:
    """The portal's application; `developer_pages` adds `/styleguide`."""
    app = Starlette(
        routes=all_routes(developer_pages=developer_pages),
        exception_handlers={PortalError: _answer_portal_error, HTTPException: _answer_http_exception},
        middleware=[
            Middleware(TelemetryMiddleware, service="portal"),
            Middleware(EdgeMiddleware, content_security_policy=content_security_policy(settings.stream_origin)),
            Middleware(UnexpectedErrorMiddleware, answer=_answer_unexpected_error),
        ],
    )
    app.state.portal = Portal(settings, clock, gateway, pages)
    return app


async def _answer_portal_error(request: Request, error: Any) -> Response:
    away = [error.service] if isinstance(error, ServiceAway) else []
    return _error_page(request, error.status, away)


async def _answer_http_exception(request: Request, error: Any) -> Response:
    response = _error_page(request, error.status_code, [])
    response.headers.update(error.headers or {})
    return response


def _answer_unexpected_error(request: Request) -> Response:
    return _error_page(request, 500, [])


def _error_page(request: Request, status: int, away: list[str]) -> Response:
    portal: Portal = request.app.state.portal
    shown = status if status in _KNOWN_STATUSES else 500
    context = {"status": shown, "away": away, "request_id": getattr(request.state, "request_id", "")}
    response = portal.pages.answer(request, "error", context, status=status, private=True)
    if status == 503:
        response.headers["Retry-After"] = "10"
    return response
