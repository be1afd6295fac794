"""A route whose answers have no end, and which paths of an application these are."""

from starlette.routing import Route
from starlette.types import ASGIApp


class StreamRoute(Route):
    """A GET whose answer stays open (server-sent events): it is not measured, and its client leaves at a stop.

    Its path is the whole one, without parameters, because it is known before the request is routed.
    """

    def __init__(self, path: str, endpoint: ASGIApp) -> None:
        super().__init__(path, endpoint, methods=["GET"])


def stream_paths(app: ASGIApp) -> frozenset[str]:
    """The paths of an application's streams; none for an ASGI application that has no routes."""
    routes = getattr(app, "routes", ())
    return frozenset(route.path for route in routes if isinstance(route, StreamRoute))
