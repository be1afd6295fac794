"""What a route gets from the application, and the rule that all its pages share."""

from dataclasses import dataclass, replace

from starlette.requests import Request

from sixclear.common.auth.access import Access
from sixclear.common.clock import Clock
from sixclear.common.web.visitor import visitor_of
from sixclear.portal.pages import Pages
from sixclear.portal.settings import Settings
from sixclear.portal.upstream.gateway import Gateway

PUBLIC = Access.public("three publics: progress, responsibility and results are for everybody")
CITIZEN = Access.public("feedback is sent and followed without an account")


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
