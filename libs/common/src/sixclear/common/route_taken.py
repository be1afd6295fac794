"""Which route took a request, and its address without what a caller made up: what traces and figures may say."""

import re

from starlette.types import Scope

_IDENTIFIER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def route_of(scope: Scope) -> str:
    """The path template of the route that took the request, with its prefix; empty when none did."""
    included = scope.get("fastapi", {}).get("effective_route_context")
    for route in (included, scope.get("route")):
        path = getattr(route, "path_format", None) or getattr(route, "path", None)
        if path:
            return str(path)
    return ""


def address_of(path: str, route: str) -> str:
    """The path with the words of the route and with identifiers; for all else the name that the route gives it.

    A caller can write into a path what it likes, such as the number of a person where an identifier belongs.
    """
    said = zip(path.split("/"), route.split("/"), strict=False)
    return "/".join(part if part == name or _IDENTIFIER.fullmatch(part) else name for part, name in said)
