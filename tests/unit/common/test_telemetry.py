"""Telemetry: who decides what is traced, what a span says, and what it never says."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence

import httpx2
import pytest
import pytest_asyncio
from fastapi import APIRouter, FastAPI
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from prometheus_client import REGISTRY
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from sixclear.common.db import Database
from sixclear.common.settings import CommonSettings
from sixclear.common.telemetry import (
    SpanSwitch,
    TelemetryMiddleware,
    batch_span,
    configure_telemetry,
    current_traceparent,
    instrument_engine,
    remote_context,
    tracer,
)
from sixclear.common.testing.postgres import EmptyDatabase

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
CALLER_UNSAMPLED = CALLER[:-1] + "0"


class KeptSpans:
    """A sink that keeps everything."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def offer(self, spans: Sequence[ReadableSpan]) -> None:
        self.spans.extend(spans)


def _app(service: str) -> TelemetryMiddleware:
    app = FastAPI()
    router = APIRouter(prefix="/v1")

    @router.get("/tasks/{task_id}")
    async def get_task(task_id: str) -> dict[str, str | None]:
        return {"traceparent": current_traceparent()}

    @router.get("/broken")
    async def broken() -> None:
        raise RuntimeError("the secret")

    @router.get("/stream")
    async def stream() -> str:
        return "events"

    @app.get("/static/{fingerprint}/{name}")
    async def static(fingerprint: str, name: str) -> str:
        return name

    @app.get("/livez")
    async def livez() -> str:
        return "ok"

    app.include_router(router, prefix="/api/tasks")
    return TelemetryMiddleware(
        app,
        service,
        recognises=lambda token: token == "known",
        streams=["/api/tasks/v1/stream"],
        untraced=["/static/", "/api/tasks/v1/streams", "/api/tasks/v1/otlp/v1/traces"],
    )


@pytest_asyncio.fixture
async def sink() -> AsyncIterator[KeptSpans]:
    kept = KeptSpans()
    configured = configure_telemetry("t-tasks", CommonSettings(trace_ratio=1.0), kept)
    yield kept
    await configured.shutdown()


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(_app("t-tasks"), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as made:
        yield made


@pytest.mark.asyncio
async def test_server_span_says_route_and_status_and_no_query(sink: KeptSpans, client: httpx2.AsyncClient) -> None:
    answer = await client.get("/api/tasks/v1/tasks/7?code=secret")

    (span,) = sink.spans
    assert span.name == "GET /api/tasks/v1/tasks/{task_id}"
    assert span.kind is SpanKind.SERVER
    assert span.attributes is not None
    assert dict(span.attributes) == {
        "http.request.method": "GET",
        "url.path": "/api/tasks/v1/tasks/{task_id}",
        "url.scheme": "http",
        "http.response.status_code": 200,
        "http.route": "/api/tasks/v1/tasks/{task_id}",
    }
    assert span.resource.attributes["service.name"] == "t-tasks"
    assert span.context is not None
    assert answer.json()["traceparent"].split("-")[1] == f"{span.context.trace_id:032x}"


@pytest.mark.asyncio
async def test_a_path_is_traced_without_what_a_caller_made_up(sink: KeptSpans, client: httpx2.AsyncClient) -> None:
    task = "0f5f3a52-2a1c-4b6e-9d57-6f1a0c57d0e1"
    for path in (f"/api/tasks/v1/tasks/{task}", "/api/tasks/v1/tasks/001187034567", "/001187034567"):
        await client.get(path)

    paths = [(span.attributes or {}).get("url.path") for span in sink.spans]
    assert paths == [f"/api/tasks/v1/tasks/{task}", "/api/tasks/v1/tasks/{task_id}", None]


@pytest.mark.asyncio
async def test_failure_is_marked_without_its_text(sink: KeptSpans, client: httpx2.AsyncClient) -> None:
    await client.get("/api/tasks/v1/broken")

    (span,) = sink.spans
    assert span.attributes is not None
    assert span.attributes["error.type"] == "RuntimeError"
    assert span.attributes["http.response.status_code"] == 500
    assert not span.status.is_ok
    assert not span.events
    assert "secret" not in span.to_json()


@pytest.mark.asyncio
async def test_callers_flag_counts_only_of_those_who_are_known(sink: KeptSpans, client: httpx2.AsyncClient) -> None:
    path = "/api/tasks/v1/tasks/7"
    await client.get(path, headers={"traceparent": CALLER})
    await client.get(path, headers={"traceparent": CALLER, "authorization": "Bearer known"})
    await client.get(path, headers={"traceparent": CALLER_UNSAMPLED, "authorization": "Bearer known"})

    stranger, known = sink.spans
    assert stranger.parent is None
    assert f"{stranger.context.trace_id:032x}" not in CALLER
    assert known.parent is not None
    assert known.parent.span_id == 0xB7AD6B7169203331


@pytest.mark.asyncio
@pytest.mark.parametrize("caller", [CALLER, CALLER_UNSAMPLED])
async def test_who_is_not_known_yet_is_followed_but_forces_nothing(client: httpx2.AsyncClient, caller: str) -> None:
    kept, shares = KeptSpans(), iter([0.05, 0.5])
    configured = configure_telemetry(
        "t-tasks", CommonSettings(trace_ratio=0.1), kept, random_share=lambda: next(shares)
    )
    for _ in range(2):
        headers = {"traceparent": caller, "authorization": "Bearer made up"}
        await client.get("/api/tasks/v1/tasks/7", headers=headers)
    (span,) = kept.spans
    assert span.parent is not None
    assert span.parent.span_id == 0xB7AD6B7169203331
    await configured.shutdown()


@pytest.mark.asyncio
async def test_own_ratio_decides_for_strangers(client: httpx2.AsyncClient) -> None:
    kept, shares = KeptSpans(), iter([0.05, 0.5, 0.09])
    configured = configure_telemetry(
        "t-tasks", CommonSettings(trace_ratio=0.1), kept, random_share=lambda: next(shares)
    )
    for _ in range(3):
        await client.get("/api/tasks/v1/tasks/7", headers={"traceparent": CALLER})
    assert len(kept.spans) == 2
    await configured.shutdown()


@pytest.mark.asyncio
async def test_probes_and_streams_leave_no_trace_and_no_duration(sink: KeptSpans, client: httpx2.AsyncClient) -> None:
    await client.get("/livez")
    await client.get("/api/tasks/v1/stream")

    assert not sink.spans
    for route in ("/livez", "/api/tasks/v1/stream"):
        assert _count("t-tasks", route, "200") is None


@pytest.mark.asyncio
async def test_what_a_page_is_made_of_leaves_a_duration_and_no_trace(
    sink: KeptSpans, client: httpx2.AsyncClient
) -> None:
    await client.get("/static/0a1b/page.css")
    assert not sink.spans
    assert _count("t-tasks", "/static/{fingerprint}/{name}", "200") == 1.0


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/api/tasks/v1/streams", "/api/tasks/v1/otlp/v1/traces"])
async def test_what_processes_report_leaves_no_trace(sink: KeptSpans, client: httpx2.AsyncClient, path: str) -> None:
    """Several a second come from all processes: a collector that keeps every write would keep little else."""
    await client.post(path, headers={"Authorization": "Bearer known", "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"})
    assert not sink.spans
    await client.post(f"{path}/other")
    assert sink.spans


@pytest.mark.asyncio
async def test_duration_is_measured_also_without_a_provider(client: httpx2.AsyncClient) -> None:
    before = _count("t-tasks", "/api/tasks/v1/tasks/{task_id}", "200") or 0.0
    answer = await client.get("/api/tasks/v1/tasks/7")
    await client.get("/nowhere")

    assert answer.json() == {"traceparent": None}
    assert _count("t-tasks", "/api/tasks/v1/tasks/{task_id}", "200") == before + 1
    assert _count("t-tasks", "", "404")


@pytest.mark.asyncio
async def test_call_inside_the_process_joins_the_callers_trace(sink: KeptSpans, client: httpx2.AsyncClient) -> None:
    with tracer("t-tasks").start_as_current_span("page") as page:
        await client.get("/api/tasks/v1/tasks/7")

    assert sink.spans[0].parent is not None
    assert sink.spans[0].parent.span_id == page.get_span_context().span_id


@pytest.mark.asyncio
async def test_statements_become_spans_only_while_one_records(sink: KeptSpans, empty_database: EmptyDatabase) -> None:
    database = Database(await empty_database(), application_name="test")
    instrument_engine(database.engine, "t-tasks")
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE task (task_id int)"))
        assert not sink.spans
        with tracer("t-tasks").start_as_current_span("request"):
            await session.execute(text("SELECT task_id FROM task WHERE task_id = :id"), {"id": 731_731})
    await database.close()

    statement, _ = sink.spans
    assert statement.name == "SELECT task"
    assert statement.kind is SpanKind.CLIENT
    assert statement.attributes is not None
    assert statement.attributes["db.system.name"] == "postgresql"
    assert statement.attributes["db.collection.name"] == "task"
    assert "731731" not in statement.to_json()


@pytest.mark.asyncio
async def test_failed_statement_ends_its_span_with_the_sqlstate(sink: KeptSpans, empty_database: EmptyDatabase) -> None:
    database = Database(await empty_database(), application_name="test")
    instrument_engine(database.engine, "t-tasks")
    with tracer("t-tasks").start_as_current_span("request"), pytest.raises(DBAPIError):
        async with database.session() as session:
            await session.execute(text("SELECT 1 FROM missing"))
    await database.close()

    statement = sink.spans[0]
    assert statement.name == "SELECT missing"
    assert statement.attributes is not None
    assert statement.attributes["error.type"] == "42P01"


@pytest.mark.asyncio
async def test_two_services_of_one_process_keep_their_names(sink: KeptSpans) -> None:
    switch, kept = SpanSwitch(), KeptSpans()
    other = configure_telemetry("t-monitoring", CommonSettings(), switch)
    with tracer("t-monitoring").start_as_current_span("dropped"):
        pass
    switch.connect(kept)
    with tracer("t-monitoring").start_as_current_span("kept"), tracer("t-tasks").start_as_current_span("inner"):
        pass
    await other.shutdown()

    assert [(span.name, span.resource.attributes["service.name"]) for span in kept.spans] == [("kept", "t-monitoring")]
    assert [span.resource.attributes["service.name"] for span in sink.spans] == ["t-tasks"]
    assert not tracer("t-monitoring").start_span("after").is_recording()


@pytest.mark.asyncio
async def test_a_batch_stands_in_the_trace_of_its_first_traced_request_and_links_to_the_others(sink: KeptSpans) -> None:
    requests = [trace.INVALID_SPAN, *(tracer("t-tasks").start_span(name) for name in ("first", "second"))]
    with batch_span("t-tasks", "write", requests):
        pass
    with batch_span("t-tasks", "write", [trace.INVALID_SPAN] * 3):
        assert not trace.get_current_span().is_recording()
    (batch,) = sink.spans
    assert batch.parent is not None
    assert batch.attributes is not None
    assert batch.parent.span_id == requests[1].get_span_context().span_id
    assert [link.context.span_id for link in batch.links] == [requests[2].get_span_context().span_id]
    assert batch.attributes["sixclear.batch.size"] == 3


@pytest.mark.asyncio
async def test_shutdown_keeps_its_deadline_when_the_collector_is_dead() -> None:
    class Stuck(SpanExporter):
        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            return SpanExportResult.SUCCESS

        def shutdown(self) -> None:
            time.sleep(1.0)

    configured = configure_telemetry("t-stuck", CommonSettings())
    configured.tracer_provider.add_span_processor(SimpleSpanProcessor(Stuck()))
    started = asyncio.get_running_loop().time()
    assert not await configured.shutdown(deadline_seconds=0.1)
    assert asyncio.get_running_loop().time() - started < 0.5


@pytest.mark.asyncio
async def test_standard_exporters_take_the_spans() -> None:
    exporter = InMemorySpanExporter()
    configured = configure_telemetry("t-export", CommonSettings())
    configured.tracer_provider.add_span_processor(SimpleSpanProcessor(exporter))
    with tracer("t-export").start_as_current_span("work"):
        assert remote_context(current_traceparent()) is not None
    await configured.shutdown()

    assert [span.name for span in exporter.get_finished_spans()] == ["work"]


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "garbage",
        CALLER.upper(),
        CALLER + "-x",
        CALLER + "\n",
        "ff" + CALLER[2:],
        "00-" + "0" * 32 + "-b7ad6b7169203331-01",
    ],
)
def test_malformed_traceparent_is_no_context(header: str | None) -> None:
    assert remote_context(header) is None


def test_no_traceparent_outside_a_trace() -> None:
    assert current_traceparent() is None
    assert not trace.get_current_span().is_recording()


def _count(service: str, route: str, status: str) -> float | None:
    return REGISTRY.get_sample_value(
        "sixclear_http_server_request_duration_seconds_count",
        {
            "sixclear_service": service,
            "http_request_method": "GET",
            "http_route": route,
            "http_response_status_code": status,
        },
    )
