"""Files that come with a package, and below which paths of an application these are."""

from typing import Any

from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from sixclear.common.web.access import Access, RuledMount, RuledRoute


class StaticRoute(RuledRoute):
    """Files that an application answers itself, below the part of its path that has no parameter."""

    def __init__(self, path: str, endpoint: Any, *, access: Access) -> None:
        super().__init__(path, endpoint, access=access)


class StaticMount(RuledMount):
    """The files of a folder below a path."""

    def __init__(self, path: str, files: StaticFiles, *, access: Access) -> None:
        super().__init__(path, files, access=access)


def static_paths(app: ASGIApp) -> frozenset[str]:
    """How the paths of an application's static files begin; none for an ASGI application that has no routes."""
    routes = getattr(app, "routes", ())
    answered = {route.path.partition("{")[0] for route in routes if isinstance(route, StaticRoute)}
    return frozenset(answered | {f"{route.path}/" for route in routes if isinstance(route, StaticMount)})
