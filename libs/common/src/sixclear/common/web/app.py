"""The application factory: every service gets the same edge."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Lifespan

from sixclear.common.auth.tokens import TokenVerifier
from sixclear.common.auth.unknown_organisations import IsRegistered, UnknownOrganisations
from sixclear.common.clock import Clock, utc_now
from sixclear.common.db import Database
from sixclear.common.events.feed import LogFeed
from sixclear.common.events.log import EventLog
from sixclear.common.ids import new_id
from sixclear.common.service_state import Jobs, MadeAgain, ServiceState, StillReadable
from sixclear.common.telemetry import TelemetryMiddleware
from sixclear.common.web.allowances import Allowance
from sixclear.common.web.docs import docs_routes
from sixclear.common.web.door import Door
from sixclear.common.web.edge import API_CONTENT_SECURITY_POLICY, EdgeHeaders
from sixclear.common.web.exception_handlers import exception_handlers
from sixclear.common.web.hot_front import HotFront, HotRoute, HotRoutes
from sixclear.common.web.limits import DEFAULT_BODY_LIMIT, Limits
from sixclear.common.web.openapi import complete
from sixclear.common.web.refusals import default_responses
from sixclear.common.web.route_table import RouteTable
from sixclear.common.web.stream_route import StreamRoute

# Of a visitor, in each process: 500 events a page.
# In each process, whatever their number: a reader keeps its connection, and so stays with one of them.
_LOG_PAGES_PER_MINUTE = 240


def create_service_app(
    *,
    title: str,
    service: str,
    version: str,
    prefix: str,
    routers: Sequence[APIRouter] = (),
    routes: Sequence[BaseRoute] = (),
    verifier: TokenVerifier | None = None,
    database: Database | None = None,
    event_log: EventLog | None = None,
    clock: Clock = utc_now,
    new_id: Callable[[], UUID] = new_id,
    still_readable: StillReadable | None = None,
    made_again: MadeAgain | None = None,
    own: object = None,
    lifespan: Lifespan[FastAPI] | None = None,
    description: str = "",
    tags: Mapping[str, str] | None = None,
    describe: Callable[[dict[str, Any]], None] | None = None,
    examples: Path | None = None,
    content_security_policy: str = API_CONTENT_SECURITY_POLICY,
    body_limit: int = DEFAULT_BODY_LIMIT,
    body_limits: Mapping[str, int] | None = None,
    untraced: Sequence[str] = (),
    hot_routes: Sequence[HotRoute] = (),
    is_registered: IsRegistered | None = None,
    jobs: Jobs | None = None,
) -> FastAPI:
    """A FastAPI application with the edge that all services share.

    `routers` answer below `prefix` (`/api/tasks/v1`); `routes` are plain Starlette routes with full paths (streams,
    pages). `{prefix}/openapi.json` and `{prefix}/docs` work without a network; an application without routers has
    neither. `tags` says what each tag of the routes means, `describe` adds to the OpenAPI document what plain routes
    serve, and `examples` is the file with an example of each operation. `body_limits` maps the beginning of a full path
    to a limit other than `body_limit`. `new_id` makes identifiers; a test may give one.
    `hot_routes` are answered in a front before all of this, by the rules of the ordinary routes, which stay.
    `is_registered` tells whether an organisation is; callers of others are told to operators.
    `jobs` works through large files; the service's target starts it.
    `own`, `still_readable` and `made_again` are parts of `ServiceState`. Requests for the full paths in `untraced`
    leave no trace.
    """
    hot, front = None, []
    if hot_routes and verifier is not None:
        hot = HotRoutes(hot_routes)
        front = [Middleware(HotFront, hot, verifier, EdgeHeaders(content_security_policy), body_limit)]
    app = _Service(
        title=title,
        version=version,
        description=description,
        openapi_tags=[{"name": name, "description": meaning} for name, meaning in (tags or {}).items()],
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        middleware=[
            Middleware(
                TelemetryMiddleware,
                service=service,
                streams=[route.path for route in routes if isinstance(route, StreamRoute)],
                untraced=untraced,
                **({"recognises": verifier.remembers} if verifier else {}),
            ),
            *front,
            Middleware(
                Door,
                edge=EdgeHeaders(content_security_policy),
                limits=Limits(body_limit, body_limits),
                handlers=exception_handlers(),
            ),
        ],
    )
    app.describe, app.examples = describe, examples
    app.state.service_state = ServiceState(
        service=service,
        clock=clock,
        new_id=new_id,
        verifier=verifier,
        database=database,
        read_sessions=None if database is None else database.read_session,
        event_log=event_log,
        log_feed=None if event_log is None else LogFeed(event_log),
        log_readers=Allowance(_LOG_PAGES_PER_MINUTE),
        still_readable=still_readable,
        made_again=made_again,
        hot=hot,
        jobs=jobs,
        unknown_organisations=None if is_registered is None else UnknownOrganisations(is_registered),
        own=own,
    )
    app.router = RouteTable(lifespan=lifespan, dependency_overrides_provider=app)
    for router in routers:
        app.include_router(router, prefix=prefix, responses=default_responses())
    app.router.routes.extend([*routes, *(docs_routes(app, prefix) if routers else [])])
    return app


class _Service(FastAPI):
    """FastAPI with our additions to its OpenAPI document, and our layers alone."""

    describe: Callable[[dict[str, Any]], None] | None = None
    examples: Path | None = None

    def build_middleware_stack(self) -> ASGIApp:
        """The layers given, around the router. `Door` does what FastAPI's own would."""
        app: ASGIApp = self.router
        for layer, arguments, options in reversed(self.user_middleware):
            app = layer(app, *arguments, **options)
        return app

    def openapi(self) -> dict[str, Any]:
        return complete(self, super().openapi(), self.describe, self.examples)
