"""For operators: traces and the health of streams, as JSON and as pages that work without script."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as PathParameter
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from sixclear.common.auth.access import Access
from sixclear.common.runtime.target import StreamState
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import NowDep, SessionDep, TransactionalRoute
from sixclear.monitoring.errors import TraceNotFound
from sixclear.monitoring.health import streams_health
from sixclear.monitoring.reported import shown
from sixclear.monitoring.repository.streams import list_reports
from sixclear.monitoring.schemas import Streams, Traces, TraceView
from sixclear.monitoring.traces.waterfall import get_trace, list_services, list_traces

_HOME = Path(__file__).resolve().parent.parent
_STYLE = (_HOME / "static" / "operations.css").read_bytes()
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

TraceId = Annotated[str, PathParameter(pattern="^[0-9a-f]{32}$")]
Service = Annotated[str | None, Query(max_length=80)]
Route = Annotated[str | None, Query(max_length=200, description="Path template of a route.")]
OnlyErrors = Annotated[bool | None, Query(description="Only traces with (or without) an error.")]
MinMilliseconds = Annotated[float, Query(ge=0, le=86_400_000, alias="min_duration_ms")]
Limit = Annotated[int, Query(ge=1, le=200)]


def _pages() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HOME / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        enable_async=False,
    )


async def _streams_of(request: Request, session: SessionDep, now: datetime) -> Sequence[StreamState]:
    """The streams of this process, and those that other processes reported."""
    own = request.app.state.process_streams()
    named = {(stream.service, stream.name) for stream in own}
    reported = shown(await list_reports(session), now)
    return (*own, *(stream for stream in reported if (stream.service, stream.name) not in named))


def make_router(rule: Access) -> APIRouter:
    """The operators' routes, open to those whom `rule` admits."""
    router = APIRouter(route_class=TransactionalRoute, tags=["operations"], dependencies=[Depends(rule)])
    _add_json(router)
    _add_pages(router, _pages())
    return router


def _add_json(router: APIRouter) -> None:
    @router.get("/traces", operation_id="listTraces", response_model=Traces)
    async def traces(
        session: SessionDep,
        service: Service = None,
        route: Route = None,
        error: OnlyErrors = None,
        min_duration_ms: MinMilliseconds = 0,
        limit: Limit = 50,
    ) -> dict[str, Any]:
        """The newest kept traces."""
        found = await list_traces(
            session, service=service, route=route, error=error, min_seconds=min_duration_ms / 1_000, limit=limit
        )
        return {"items": found}

    @router.get(
        "/traces/{trace_id}",
        operation_id="getTrace",
        response_model=TraceView,
        responses=problem_responses(TraceNotFound),
    )
    async def trace(session: SessionDep, trace_id: TraceId) -> dict[str, Any]:
        """A trace with its spans as a waterfall."""
        return await get_trace(session, trace_id)

    @router.get("/streams", operation_id="getStreams", response_model=Streams)
    async def streams(request: Request, session: SessionDep, now: NowDep) -> dict[str, Any]:
        """The health of every stream of the platform, and of the view that they feed."""
        known = await _streams_of(request, session, now)
        return await streams_health(session, known, leading=request.app.state.leading(), now=now)


def _add_pages(router: APIRouter, pages: Environment) -> None:
    def page(name: str, **values: Any) -> HTMLResponse:
        content = pages.get_template(name).render(values)
        return HTMLResponse(content, headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"})

    @router.get("/operations/traces", include_in_schema=False)
    async def traces_page(
        session: SessionDep,
        service: Service = None,
        route: Route = None,
        error: Annotated[str, Query(max_length=5)] = "",
        min_duration_ms: Annotated[str, Query(max_length=12)] = "",
        limit: Limit = 100,
    ) -> HTMLResponse:
        """Recent traces with filters; a filter that cannot be read is left out."""
        filters = {
            "service": service or None,
            "route": route or None,
            "error": True if error in {"1", "true"} else None,
            "min_seconds": _milliseconds(min_duration_ms) / 1_000,
        }
        found = await list_traces(session, **filters, limit=limit)
        return page("traces.html", traces=found, filters=filters, services=await list_services(session))

    @router.get("/operations/traces/{trace_id}", include_in_schema=False)
    async def trace_page(session: SessionDep, trace_id: TraceId) -> HTMLResponse:
        """A trace's waterfall."""
        return page("trace.html", trace=await get_trace(session, trace_id))

    @router.get("/operations/streams", include_in_schema=False)
    async def streams_page(request: Request, session: SessionDep, now: NowDep) -> HTMLResponse:
        """The health of every stream."""
        known = await _streams_of(request, session, now)
        health = await streams_health(session, known, leading=request.app.state.leading(), now=now)
        return page("streams.html", health=health)

    @router.get("/operations/operations.css", include_in_schema=False)
    async def style() -> Response:
        """The pages' style."""
        return Response(_STYLE, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


def _milliseconds(value: str) -> float:
    try:
        return min(max(0.0, float(value)), 86_400_000.0) if value else 0.0
    except ValueError:
        return 0.0
