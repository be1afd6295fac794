"""Joins the services of a process on one port, by path prefix.

A plain ASGI router, because a FastAPI application mounted under another one neither gets its lifespan nor keeps its
own name in traces.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sixclear.common.runtime.target import Check
from sixclear.common.web.edge import EdgeMiddleware
from sixclear.common.web.exception_handlers import exception_handlers
from sixclear.common.web.health import health_routes
from sixclear.common.web.metrics_page import metrics_routes
from sixclear.common.web.static_files import static_paths
from sixclear.common.web.stream_route import stream_paths

# What the process itself answers: whether it lives and is ready, and what it measures.
PROBES = ("/livez", "/readyz", "/metrics")
_NOT_FOUND = b'{"type":"/problems/not-found","title":"Not found","status":404,"code":"not-found"}'
_elsewhere = EdgeMiddleware(Response(_NOT_FOUND, 404, media_type="application/problem+json"))


class Router:
    """Hands a request to the application with the longest prefix of its path; a request keeps its whole path.

    The client of a stream seems to leave when `stopping` is set.
    """

    def __init__(self, mounts: Mapping[str, ASGIApp], stopping: asyncio.Event | None = None) -> None:
        self._streams = frozenset().union(*map(stream_paths, mounts.values()))
        self._static = tuple(frozenset().union(*map(static_paths, mounts.values())))
        self._mounts = [(prefix.rstrip("/"), app) for prefix, app in mounts.items()]
        self._mounts.sort(key=lambda mount: len(mount[0]), reverse=True)
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Route one request."""
        if scope["type"] == "lifespan":
            return
        path: str = scope["path"]
        if self._stopping is not None and path in self._streams:
            receive = _until(self._stopping, receive)
        await (self.app_of(path) or _elsewhere)(scope, receive, send)

    def app_of(self, path: str) -> ASGIApp | None:
        """The application that answers below `path`, if there is one."""
        for prefix, app in self._mounts:
            if path.startswith(prefix) and path[len(prefix) : len(prefix) + 1] in ("", "/"):
                return app
        return None

    def is_free(self, path: str) -> bool:
        """Whether a request for `path` costs next to nothing: a probe, the metrics, a static file."""
        return path in PROBES or path.startswith(self._static)

    def is_stream(self, path: str) -> bool:
        """Whether the answers to a request for `path` have no end."""
        return path in self._streams


def _until(stopping: asyncio.Event, receive: Receive) -> Receive:
    """A stream's client seems to leave when the process stops: the server itself tells it only after all have left."""

    async def receive_or_leave() -> Message:
        left, message = asyncio.create_task(stopping.wait()), asyncio.ensure_future(receive())
        try:
            await asyncio.wait({left, message}, return_when=asyncio.FIRST_COMPLETED)
            return message.result() if message.done() else {"type": "http.disconnect"}
        finally:
            left.cancel()
            message.cancel()

    return receive_or_leave


def process_app(checks: Callable[[], Sequence[Check]]) -> Starlette:
    """`/livez`, `/readyz` and `/metrics` of the process."""
    return Starlette(
        routes=[*health_routes(checks), *metrics_routes()],
        middleware=[Middleware(EdgeMiddleware)],
        exception_handlers=exception_handlers(),
    )
