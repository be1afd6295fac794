"""What a route gets from the application."""

from dataclasses import dataclass, replace

from starlette.requests import Request

from sixclear.common.clock import Clock
from sixclear.common.web.visitor import visitor_of
from sixclear.portal.settings import Settings
from sixclear.portal.shell.rendering import Pages
from sixclear.portal.upstream.gateway import Gateway


@dataclass(frozen=True, slots=True)
class Portal:
    """The pieces that routes work with."""

    settings: Settings
    clock: Clock
    gateway: Gateway
    pages: Pages


def portal_of(request: Request) -> Portal:
    """The portal that serves `request`; its gateway speaks for the visitor who sent it."""
    found: Portal = request.app.state.portal
    return replace(found, gateway=found.gateway.asking_for(visitor_of(request.scope)))
