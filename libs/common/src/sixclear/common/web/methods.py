"""Which methods an address has: all of them, over every route that it leads to."""

from fastapi.routing import iter_route_contexts
from starlette.requests import HTTPConnection

_OF_FILES = frozenset({"GET", "HEAD"})


def allowed_methods(request: HTTPConnection) -> str:
    """The value of `Allow` (RFC 9110 §10.2.1) for the address of `request`; HEAD goes with every GET.

    The framework names the methods of the first route that it finds; an address that is read and changed has two.
    """
    found: set[str] = set()
    for route in iter_route_contexts(request.app.routes):
        if route.path_regex.match(request.scope["path"]):
            found |= _OF_FILES if route.methods is None else route.methods
    return ", ".join(sorted(found | {"HEAD"} if "GET" in found else found))
