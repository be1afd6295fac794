"""Finding the route of a request: an application's routes by method and number of segments, made once.

FastAPI asks one router after the other, and each of its routes, with a scope that it changes for every question: for a
report that were 29 questions and a tenth of the time of an answer.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.convertors import PathConvertor
from starlette.types import ASGIApp, Receive, Scope, Send

from sixclear.common.web.route import TransactionalRoute


@dataclass(frozen=True, slots=True)
class _Entry:
    """One route: its literal segments with their places, and what answers it."""

    literals: tuple[tuple[int, str], ...]
    route: RouteContext
    app: ASGIApp
    is_operation: bool

    def params(self, path: str, segments: list[str]) -> Mapping[str, Any] | None:
        """The path's parameters, when the route has this path."""
        for place, literal in self.literals:
            if segments[place] != literal:
                return None
        if (match := self.route.path_regex.match(path)) is None:
            return None
        convertors = self.route.param_convertors
        return {name: convertors[name].convert(value) for name, value in match.groupdict().items()}


class RouteTable(APIRouter):
    """A router that knows where the routes of the routers in it are.

    The first route that has path and method answers, as FastAPI has it. What is not in the table takes FastAPI's way:
    HEAD, another method of a known path, and everything from the first route on that is not one of
    FastAPI's with segments between slashes (a mount, a stream). Routes are added before the first request.

    One slash too many at the end is no reason to send a program elsewhere, as some do not follow: an operation answers
    as without it, and so is another method refused. Pages redirect, because what they link to depends on it.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._entries: dict[tuple[str, int], list[_Entry]] | None = None
        self._otherwise = _by_framework(super().app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by the route that the table has for the request, or as FastAPI would."""
        found = self._find(scope) if scope["type"] == "http" and not scope.get("root_path") else None
        if found is None:
            self._leave_slash_out(scope)
            await self._otherwise(scope, receive, send)
            return
        entry, params = found
        scope.setdefault("router", self)
        scope["endpoint"], scope["route"], scope["path_params"] = entry.route.endpoint, entry.route, params
        await entry.app(scope, receive, send)

    def _find(self, scope: Scope) -> tuple[_Entry, Mapping[str, Any]] | None:
        if self._entries is None:
            self._entries = _entries(self)
        if getattr(self.dependency_overrides_provider, "dependency_overrides", None):
            return None
        path: str = scope["path"]
        found = _match(self._entries, scope["method"], path)
        if found is None and path.endswith("/"):
            found = _match(self._entries, scope["method"], path.removesuffix("/"))
            if found is not None and not found[0].is_operation:
                return None
        return found

    def _leave_slash_out(self, scope: Scope) -> None:
        """What the table does not answer, such as HEAD, is answered with one slash too many as without it."""
        path: str = scope.get("path", "")
        if scope["type"] != "http" or scope.get("root_path") or not path.endswith("/"):
            return
        entries, bare = self._entries or {}, path.removesuffix("/")
        found = [one for method in {method for method, _ in entries} if (one := _match(entries, method, bare))]
        if found and all(entry.is_operation for entry, _ in found):
            scope["path"] = bare


def _match(
    entries: Mapping[tuple[str, int], list[_Entry]], method: str, path: str
) -> tuple[_Entry, Mapping[str, Any]] | None:
    segments = path.split("/")
    for entry in entries.get((method, len(segments)), ()):
        if (params := entry.params(path, segments)) is not None:
            return entry, params
    return None


def _entries(router: APIRouter) -> dict[tuple[str, int], list[_Entry]]:
    entries: dict[tuple[str, int], list[_Entry]] = {}
    for context, route in _routes(router):
        segments = (context.path_format or "").split("/")
        literals = tuple((place, one) for place, one in enumerate(segments) if "{" not in one)
        entry = _Entry(literals, context, _app_of(context, route), isinstance(route, TransactionalRoute))
        for method in context.methods or ():
            entries.setdefault((method, len(segments)), []).append(entry)
    return entries


def _routes(router: APIRouter) -> Iterator[tuple[RouteContext, APIRoute]]:
    """The routes that come before the first one that is none of FastAPI's or may take several segments at once."""
    for context in iter_route_contexts(router.routes):
        route = context.original_route
        several = any(isinstance(one, PathConvertor) for one in getattr(context, "param_convertors", {}).values())
        if not isinstance(route, APIRoute) or several:
            return
        yield context, route


def _app_of(context: RouteContext, route: APIRoute) -> ASGIApp:
    """What answers: the route itself, or FastAPI's own wrapping where a router that includes it adds dependencies."""
    app: ASGIApp = context.app
    if isinstance(route, TransactionalRoute) and len(context.dependencies) == len(route.dependencies):
        return route.direct() or _by_framework(app)
    return _by_framework(app)


def _by_framework(app: ASGIApp) -> ASGIApp:
    """`app` with what FastAPI's own handlers ask for: a stack that closes what they leave open, such as files."""
    return AsyncExitStackMiddleware(app)
