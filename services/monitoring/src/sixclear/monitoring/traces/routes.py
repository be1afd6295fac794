"""Traces for operators, as JSON and as pages; and spans of other processes, by OTLP over HTTP without a collector."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as PathParameter
from fastapi.responses import HTMLResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)
from starlette.responses import Response

from sixclear.common.errors import UnsupportedMediaType
from sixclear.common.web import patterns
from sixclear.common.web.access import Access
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import SessionDep, TransactionalRoute
from sixclear.common.web.texts import Lookup, Words
from sixclear.monitoring.errors import SpansInvalid, SpansMediaTypeUnknown, TraceNotFound
from sixclear.monitoring.operators import REPORT
from sixclear.monitoring.pages import PAGE, add_style, page
from sixclear.monitoring.parts import parts_of
from sixclear.monitoring.traces.reading import of_request
from sixclear.monitoring.traces.schemas import Traces, TraceView
from sixclear.monitoring.traces.service import get_trace, list_services, list_traces

_PROTOBUF = "application/x-protobuf"

TraceId = Annotated[str, PathParameter(pattern=patterns.TRACE)]
Service = Lookup | None
Route = Annotated[Words | None, Query(description="Path template of a route.")]
OnlyErrors = Annotated[bool | None, Query(description="Only traces with (or without) an error.")]
MinMilliseconds = Annotated[float, Query(ge=0, le=86_400_000, alias="min_duration_ms")]
Limit = Annotated[int, Query(ge=1, le=200)]

spans_router = APIRouter(route_class=TransactionalRoute, tags=["operations"])


@spans_router.post(
    "/otlp/v1/traces",
    operation_id="exportSpans",
    dependencies=[REPORT],
    response_class=Response,
    responses={
        200: {"content": {_PROTOBUF: {}}},
        **problem_responses(SpansInvalid, SpansMediaTypeUnknown, UnsupportedMediaType),
    },
    openapi_extra={"requestBody": {"required": True, "content": {_PROTOBUF: {"schema": {"type": "string"}}}}},
)
async def export_spans(request: Request) -> Response:
    """Take spans (an ExportTraceServiceRequest in protobuf); they are stored soon, or dropped and counted."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _PROTOBUF:
        headers = {"Accept": _PROTOBUF, "Accept-Post": _PROTOBUF}
        raise SpansMediaTypeUnknown("Send Content-Type: application/x-protobuf.", headers=headers)
    parts = parts_of(request)
    encoding = request.headers.get("content-encoding", "").strip().lower()
    rows = of_request(await request.body(), encoding, parts.settings.spans_body_bytes)
    rejected = len(rows) - parts.add_spans(rows)
    answer = ExportTraceServiceResponse()
    if rejected:
        answer.partial_success.CopyFrom(
            ExportTracePartialSuccess(rejected_spans=rejected, error_message="the queue of spans is full")
        )
    return Response(answer.SerializeToString(), media_type=_PROTOBUF)


def make_router(rule: Access) -> APIRouter:
    """The operators' routes, open to those whom `rule` admits."""
    router = APIRouter(route_class=TransactionalRoute, tags=["operations"], dependencies=[Depends(rule)])
    _add_json(router)
    _add_pages(router)
    add_style(router)
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
    ) -> Traces:
        """The newest kept traces."""
        found = await list_traces(
            session, service=service, route=route, error=error, min_seconds=min_duration_ms / 1_000, limit=limit
        )
        return Traces(items=found)

    @router.get(
        "/traces/{trace_id}",
        operation_id="getTrace",
        response_model=TraceView,
        responses=problem_responses(TraceNotFound),
    )
    async def trace(session: SessionDep, trace_id: TraceId) -> TraceView:
        """A trace with its spans as a waterfall."""
        return await get_trace(session, trace_id)


def _add_pages(router: APIRouter) -> None:
    @router.get("/operations/traces", include_in_schema=False, dependencies=[PAGE])
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

    @router.get("/operations/traces/{trace_id}", include_in_schema=False, dependencies=[PAGE])
    async def trace_page(session: SessionDep, trace_id: TraceId) -> HTMLResponse:
        """A trace's waterfall."""
        return page("trace.html", trace=await get_trace(session, trace_id))


def _milliseconds(value: str) -> float:
    try:
        return min(max(0.0, float(value)), 86_400_000.0) if value else 0.0
    except ValueError:
        return 0.0
