"""A route whose answers have no end, and which paths of an application these are."""

from typing import Protocol

from starlette.types import ASGIApp, Receive, Scope, Send

from sixclear.common.web.access import Access, RuledRoute


class StreamEndpoint(Protocol):
    """An ASGI application that admits its callers by its own rule, such as `SseHub`."""

    access: Access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one stream."""


class StreamRoute(RuledRoute):
    """A GET whose answer stays open (server-sent events): it is not measured, and its client leaves at a stop.

    Its path is the whole one, without parameters, because it is known before the request is routed.
    """

    def __init__(self, path: str, endpoint: StreamEndpoint) -> None:
        super().__init__(path, endpoint, access=endpoint.access, methods=["GET"])


def stream_paths(app: ASGIApp) -> frozenset[str]:
    """The paths of an application's streams; none for an ASGI application that has no routes."""
    routes = getattr(app, "routes", ())
    return frozenset(route.path for route in routes if isinstance(route, StreamRoute))
