"""Other processes tell how they are: spans by OTLP over HTTP where no collector is at hand, and their streams."""

from fastapi import APIRouter, Depends, Request
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)
from starlette.responses import Response

from sixclear.common.auth.access import Access
from sixclear.common.runtime.target import StreamState
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import NowDep, SessionDep, TransactionalRoute
from sixclear.monitoring.errors import SpansInvalid, SpansMediaTypeUnknown
from sixclear.monitoring.repository.streams import store_reports
from sixclear.monitoring.schemas import Stream, StreamReport
from sixclear.monitoring.traces.reading import of_request

router = APIRouter(route_class=TransactionalRoute, tags=["operations"])

_PROTOBUF = "application/x-protobuf"
RULE = Depends(Access.scope("monitoring:spans"))


@router.post(
    "/otlp/v1/traces",
    operation_id="exportSpans",
    dependencies=[RULE],
    response_class=Response,
    responses={200: {"content": {_PROTOBUF: {}}}, **problem_responses(SpansInvalid, SpansMediaTypeUnknown)},
    openapi_extra={"requestBody": {"required": True, "content": {_PROTOBUF: {"schema": {"type": "string"}}}}},
)
async def export_spans(request: Request) -> Response:
    """Take spans (an ExportTraceServiceRequest in protobuf); they are stored soon, or dropped and counted."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _PROTOBUF:
        raise SpansMediaTypeUnknown("Send Content-Type: application/x-protobuf.")
    limit = request.app.state.settings.spans_body_bytes
    rows = of_request(await request.body(), request.headers.get("content-encoding", "").strip().lower(), limit)
    rejected = len(rows) - request.app.state.spans.add(rows)
    answer = ExportTraceServiceResponse()
    if rejected:
        answer.partial_success.CopyFrom(
            ExportTracePartialSuccess(rejected_spans=rejected, error_message="the queue of spans is full")
        )
    return Response(answer.SerializeToString(), media_type=_PROTOBUF)


@router.post("/streams", operation_id="reportStreams", dependencies=[RULE], status_code=204)
async def report_streams(session: SessionDep, report: StreamReport, now: NowDep) -> None:
    """Take how the relays and consumers of another process are; silence is shown as silence."""
    await store_reports(session, {(one.service, one.name): _state(one) for one in report.items}.values(), now)


def _state(stream: Stream) -> StreamState:
    return StreamState(**stream.model_dump())
