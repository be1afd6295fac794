"""Wiring of the monitoring application."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version

from fastapi import FastAPI
from starlette.routing import BaseRoute, Route

from sixclear.common.auth.tokens import TokenVerifier
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.runtime.target import StreamState
from sixclear.common.web.app import create_service_app
from sixclear.monitoring.frames import describe_stream
from sixclear.monitoring.readings import Readings
from sixclear.monitoring.routes import make_routers
from sixclear.monitoring.settings import Settings
from sixclear.monitoring.stream import LiveStream
from sixclear.monitoring.traces.store import SpanStore

PREFIX = "/api/monitoring/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What routes reach besides the request's session: background work of this process."""

    database: Database
    background: Database
    stream: LiveStream
    readings: Readings
    spans: SpanStore
    process_streams: Callable[[], Sequence[StreamState]]
    leading: Callable[[], bool]
    on_change: Callable[[], None]


def create_app(
    settings: Settings,
    *,
    verifier: TokenVerifier | None = None,
    parts: Parts | None = None,
    clock: Clock,
    env: str = "production",
) -> FastAPI:
    """The monitoring application; without its parts it only describes itself (OpenAPI)."""
    routes: list[BaseRoute] = []
    if parts is not None:
        routes.append(Route(f"{PREFIX}/stream", parts.stream.endpoint, methods=["GET"]))
    app = create_service_app(
        title="Sixclear monitoring",
        service="monitoring",
        version=version("sixclear"),
        prefix=PREFIX,
        routers=make_routers(env),
        routes=routes,
        verifier=verifier,
        database=parts.database if parts is not None else None,
        clock=clock,
        body_limits={f"{PREFIX}/otlp/": settings.spans_body_bytes},
        describe=partial(describe_stream, path=f"{PREFIX}/stream"),
        description=(
            "The live status, counted from events: now, at any past instant, and as a stream of server-sent events "
            f"at `{PREFIX}/stream`: `snapshot`, then `status` after each visible change (`id:` is the view's sequence "
            "number, and `Last-Event-ID` or `?last_event_id=` brings what was missed), and `heartbeat` while there is "
            "no change: `at`, `every_seconds`, and `as_of` and `staleness_seconds` of the figures sent last. Who hears "
            "nothing for two intervals opens a new stream; who is refused one (429, 503) asks `/status` with "
            "`If-None-Match`."
        ),
    )
    app.state.settings = settings
    if parts is not None:
        app.state.readings = parts.readings
        app.state.background = parts.background
        app.state.spans = parts.spans
        app.state.process_streams = parts.process_streams
        app.state.leading = parts.leading
        app.state.on_change = parts.on_change
    return app
