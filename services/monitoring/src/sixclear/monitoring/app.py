"""Wiring of the monitoring application."""

from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute

from sixclear.common.auth.tokens import TokenVerifier
from sixclear.common.clock import Clock
from sixclear.common.web.access_log_route import access_log_router
from sixclear.common.web.app import create_service_app
from sixclear.common.web.stream_route import StreamEndpoint, StreamRoute
from sixclear.monitoring.attention import routes as attention
from sixclear.monitoring.indicators import routes as indicators
from sixclear.monitoring.ledger import routes as ledger
from sixclear.monitoring.live.frames import describe_stream
from sixclear.monitoring.operators import operators_rule
from sixclear.monitoring.parts import Parts
from sixclear.monitoring.results import routes as results
from sixclear.monitoring.score import routes as score
from sixclear.monitoring.settings import Settings
from sixclear.monitoring.status import routes as status
from sixclear.monitoring.streams import routes as streams
from sixclear.monitoring.timeline import routes as timeline
from sixclear.monitoring.traces import routes as traces
from sixclear.monitoring.view import routes as view

PREFIX = "/api/monitoring/v1"


def _routers(env: str) -> Sequence[APIRouter]:
    rule = operators_rule(env)
    return (
        status.router,
        timeline.router,
        results.router,
        score.router,
        ledger.router,
        attention.router,
        indicators.router,
        traces.make_router(rule),
        streams.make_router(rule),
        view.router,
        access_log_router("readMonitoringAccessLog", "operations"),
        traces.spans_router,
        streams.reports_router,
    )


def create_app(
    settings: Settings,
    *,
    verifier: TokenVerifier | None = None,
    parts: Parts | None = None,
    stream: StreamEndpoint | None = None,
    clock: Clock,
    env: str = "production",
) -> FastAPI:
    """The monitoring application; without its parts it only describes itself (OpenAPI)."""
    routes: list[BaseRoute] = []
    if stream is not None:
        routes.append(StreamRoute(f"{PREFIX}/stream", stream))
    return create_service_app(
        title="Sixclear monitoring",
        service="monitoring",
        version=version("sixclear"),
        prefix=PREFIX,
        routers=_routers(env),
        routes=routes,
        verifier=verifier,
        database=parts.database if parts is not None else None,
        clock=clock,
        own=parts,
        body_limits={f"{PREFIX}/otlp/": settings.spans_body_bytes},
        # Each process reports here every other second.
        untraced=[f"{PREFIX}/streams", f"{PREFIX}/otlp/v1/traces"],
        describe=partial(describe_stream, path=f"{PREFIX}/stream"),
        examples=Path(__file__).parent / "data" / "http-examples.json",
        tags={
            "status": "The figures, now and at any past instant.",
            "live status": "The figures as they change.",
            "operations": "What operators ask: traces, streams, reconciliation.",
        },
        description=(
            "The live status, counted from events: now, at any past instant, and as a stream of server-sent events "
            f"at `{PREFIX}/stream`: `snapshot`, then `status` after each visible change (`id:` is the view's sequence "
            "number, and `Last-Event-ID` or `?last_event_id=` brings what was missed), and `heartbeat` while there is "
            "no change: `at`, `every_seconds`, and `as_of` and `staleness_seconds` of the figures sent last. A client "
            "that hears nothing for two intervals opens a new stream; one that is refused (429, 503) asks `/status` "
            "with `If-None-Match`."
        ),
    )
